/** The only SQL for publications. */
import type { SignedAct } from '@countersign/core/act/act'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type pg from 'pg'
import type { Text } from './published.ts'

export type PublicationRow = {
  what: 'policy' | 'runbook'
  id: string
  digest: Digest
  text: string
  acts: SignedAct[]
  published_at: Instant
  in_force: boolean
}

export async function listPublicationRows(db: pg.Pool | pg.ClientBase): Promise<PublicationRow[]> {
  const { rows } = await db.query<PublicationRow>('select * from publication order by published_at, what, id')
  return rows
}

export type Mark = Pick<PublicationRow, 'what' | 'id' | 'digest'>

/** What is in force, without the texts. */
export async function listMarks(db: pg.Pool | pg.ClientBase): Promise<Mark[]> {
  const { rows } = await db.query<Mark>({
    name: 'publication-marks',
    text: 'select what, id, digest from publication where in_force',
  })
  return rows
}

/**
 * Uses up the nonces of publish acts; answers how many are used for the first time. Acts stand for a year and anyone
 * may read them: shown again they prove nothing about today.
 */
export async function useNonces(
  tx: pg.ClientBase,
  acts: readonly SignedAct[],
  now: Instant,
): Promise<number> {
  const { rowCount } = await tx.query(
    'insert into nonce (nonce, used_at) select unnest($1::text[]), $2 on conflict do nothing',
    [acts.map(({ act }) => act.nonce), now],
  )
  return rowCount ?? 0
}

/** Whether this very text was in force before and something else was published since. */
export async function isSuperseded(tx: pg.ClientBase, { what, id, digest }: Text): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from publication where what = $1 and id = $2 and digest = $3 and not in_force',
    [what, id, digest],
  )
  return (rowCount ?? 0) > 0
}

/** Answers whether it came into force by this, or is signed anew: what is in force with these acts already is not. */
export async function writePublication(tx: pg.ClientBase, text: Text, now: Instant): Promise<boolean> {
  // One policy decides, whatever it is called; of a runbook, one version.
  await tx.query(
    `update publication set in_force = false
     where what = $1 and ($1 = 'policy' or id = $2) and not (id = $2 and digest = $3)`,
    [text.what, text.id, text.digest],
  )
  const { rowCount } = await tx.query(
    `insert into publication as known (what, id, digest, text, acts, published_at, in_force)
     values ($1,$2,$3,$4,$5,$6,true)
     on conflict (what, id, digest) do update
     set in_force = true, acts = excluded.acts, published_at = excluded.published_at
     where not known.in_force or known.acts <> excluded.acts`,
    [text.what, text.id, text.digest, text.text, JSON.stringify(text.acts), now],
  )
  return rowCount === 1
}
