/** Publishes policies and runbooks: from the files at start, from the API later. Each is an entry of the trail. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SignedAct } from '@countersign/core/act/act'
import type { Json } from '@countersign/core/kernel/json'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { readYamlFiles } from '../files.ts'
import { appendSite } from '../trust/site-stream.ts'
import type { PublishedPolicy, Text } from './published.ts'
import {
  isSuperseded,
  listMarks,
  listPublicationRows,
  type PublicationRow,
  useNonces,
  writePublication,
} from './store.ts'

/** What the files hold but is not in force, with the reason. */
export type LeftOut = { file: string; because: string }

/**
 * First what the record says, what is in force last; then what the files hold beyond that. A file that was superseded
 * by a later publication stays so: a restart brings no old text back.
 */
export async function openPublications(
  context: Context,
  files: { policy: string; runbooks: readonly string[] },
): Promise<LeftOut[]> {
  const rows = await listPublicationRows(context.pool)
  const inForce: PublicationRow[] = []
  const leftOut: LeftOut[] = []
  for (const row of rows.sort((a, b) => Number(a.in_force) - Number(b.in_force))) {
    const answer = context.published.take(row, context.trust, context.now())
    if ('refused' in answer) {
      // What is in force and no longer holds leaves its place empty: no older text comes back instead.
      if (row.in_force) leftOut.push({ file: `${row.what} "${row.id}" as recorded`, because: answer.refused })
      continue
    }
    answer.enforce(row.in_force)
    if (row.in_force) inForce.push(row)
  }
  const texts = [
    ...(await readTexts([files.policy], 'policy')),
    ...(await readTexts(files.runbooks, 'runbook')),
  ]
  for (const { file, ...text } of texts) {
    if (inForce.some((row) => isSame(row, text))) continue
    if (rows.some((row) => isSame(row, text) && !row.in_force)) {
      leftOut.push({ file, because: 'a text that was published later is in force' })
      continue
    }
    const answer = await publishText(context, text)
    if ('refused' in answer) leftOut.push({ file, because: answer.refused })
  }
  return leftOut
}

/** What another replica published since: asked for by a duty, and before anything is decided or granted. */
export async function refreshPublications(context: Context, db: pg.ClientBase | pg.Pool): Promise<void> {
  const marks = await listMarks(db)
  const { published } = context
  const isKnown = marks.every(({ what, id, digest }) =>
    what === 'policy' ? published.policy()?.digest === digest : published.runbook(id)?.digest === digest,
  )
  if (isKnown) return
  for (const row of (await listPublicationRows(db)).filter((one) => one.in_force)) {
    const answer = published.take(row, context.trust, context.now())
    if ('enforce' in answer) answer.enforce()
  }
}

/**
 * The policy that the record says is in force, as this replica can read it. Null where it cannot: what this replica
 * remembers from before then decides nothing and grants nothing.
 */
export async function policyInForce(
  context: Context,
  db: pg.ClientBase | pg.Pool,
): Promise<PublishedPolicy | null> {
  await refreshPublications(context, db)
  const mark = (await listMarks(db)).find(({ what }) => what === 'policy')
  const policy = context.published.policy()
  return mark !== undefined && policy?.digest === mark.digest ? policy : null
}

function isSame(row: PublicationRow, text: Omit<Text, 'digest'>): boolean {
  return row.what === text.what && row.id === text.id && row.text === text.text
}

/** In force only once it is recorded. */
export async function publishText(
  context: Context,
  given: Omit<Text, 'digest'>,
): Promise<{ taken: Text } | { refused: string }> {
  const answer = context.published.take(given, context.trust, context.now())
  if ('refused' in answer) return answer
  const { taken } = answer
  const refused = await inTransaction(context.pool, async (tx) => {
    const fresh = await useNonces(tx, taken.acts, context.now())
    if (fresh === 0 && (await isSuperseded(tx, taken)))
      return 'it was superseded: people have to sign it anew'
    if (!(await writePublication(tx, taken, context.now()))) return null
    const { what, id, digest, text, acts } = taken
    await appendSite(tx, context, {
      type: `${what}-published`,
      actor: { kind: 'person', id: acts[0]?.person ?? 'unknown' },
      state: { id, digest, text, acts } as unknown as Json,
    })
    return null
  })
  if (refused !== null) return { refused }
  answer.enforce()
  return { taken }
}

/** The id is the name of the file; signatures stand beside it in `<name>.acts.json`. */
async function readTexts(
  paths: readonly string[],
  what: 'policy' | 'runbook',
): Promise<(Omit<Text, 'digest'> & { file: string })[]> {
  const files = await readYamlFiles(paths)
  return Promise.all(
    files.map(async ({ path, text }) => {
      const acts = await readFile(path.replace(/\.yaml$/, '.acts.json'), 'utf8').catch(() => '[]')
      return { file: path, what, id: basename(path, '.yaml'), text, acts: JSON.parse(acts) as SignedAct[] }
    }),
  )
}
