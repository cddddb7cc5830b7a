/** What the trail says: its entries, from an export as an auditor gets it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, Stage } from './stage.ts'

export type Recorded = { stream: string; type: string; state: Answer }

export async function recorded(stage: Stage): Promise<Recorded[]> {
  const file = join(stage.dir, 'recorded.ndjson')
  await stage.ask('trail', 'export', file)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"entry":'))
    .map((line) => JSON.parse(line) as { entry: { stream: string; type: string }; state?: Answer })
    .map(({ entry: { stream, type }, state }) => ({ stream, type, state: state ?? null }))
}
