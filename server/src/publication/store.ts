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

/** Answers whether it is new: the same text is published once. */
export async function writePublication(tx: pg.ClientBase, text: Text, now: Instant): Promise<boolean> {
  await tx.query('update publication set in_force = false where what = $1 and id = $2 and digest <> $3', [
    text.what,
    text.id,
    text.digest,
  ])
  const { rows } = await tx.query<{ is_new: boolean }>(
    `insert into publication (what, id, digest, text, acts, published_at, in_force) values ($1,$2,$3,$4,$5,$6,true)
     on conflict (what, id, digest) do update set in_force = true returning (xmax = 0) as is_new`,
    [text.what, text.id, text.digest, text.text, JSON.stringify(text.acts), now],
  )
  return rows[0]?.is_new ?? false
}
