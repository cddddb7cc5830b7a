/** Publishes policies and runbooks: from the files at start, from the API later. Each is an entry of the trail. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SignedAct } from '@countersign/core/act/act'
import type { Json } from '@countersign/core/kernel/json'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { readYamlFiles } from '../files.ts'
import { appendSite } from '../trust/site-stream.ts'
import type { Text } from './published.ts'
import { listPublicationRows, writePublication } from './store.ts'

/** What the files hold but is not in force, with the reason. */
export type LeftOut = { file: string; because: string }

/** First what the record says was in force, then what the files hold beyond that. */
export async function openPublications(
  context: Context,
  files: { policy: string; runbooks: readonly string[] },
): Promise<LeftOut[]> {
  for (const row of await listPublicationRows(context.pool))
    context.published.take(row, context.trust, context.now())
  const texts = [
    ...(await readTexts([files.policy], 'policy')),
    ...(await readTexts(files.runbooks, 'runbook')),
  ]
  const leftOut: LeftOut[] = []
  for (const { file, ...text } of texts) {
    const answer = await publishText(context, text)
    if ('refused' in answer) leftOut.push({ file, because: answer.refused })
  }
  return leftOut
}

export async function publishText(
  context: Context,
  given: Omit<Text, 'digest'>,
): Promise<{ taken: Text } | { refused: string }> {
  const answer = context.published.take(given, context.trust, context.now())
  if ('refused' in answer) return answer
  const { taken } = answer
  await inTransaction(context.pool, async (tx) => {
    const isNew = await writePublication(tx, taken, context.now())
    if (!isNew) return
    const { what, id, digest, text, acts } = taken
    await appendSite(tx, context, {
      type: `${what}-published`,
      actor: { kind: 'person', id: acts[0]?.person ?? 'unknown' },
      state: { id, digest, text, acts } as unknown as Json,
    })
  })
  return answer
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
