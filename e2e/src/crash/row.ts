/** Plays one row of the crash table: a failure, a program killed in one phase of its repair, and what must come of it. */
import { readFileSync } from 'node:fs'
import { failUnit } from '@countersign/site/fault'
import type { Door } from '../stage/door.ts'
import type { Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import { journalHolds, journalSize } from './journal.ts'
import type { Row } from './phases.ts'
import type { Entry, Record } from './record.ts'
import { countAt } from './starts.ts'
import { strike } from './victim.ts'

export type Hall = { stage: Stage; door: Door; record: Record }
export type Told = {
  /** The last entry of the proposal that was recorded before the kill. */
  after: string
  /** From the kill to the next entry about this incident, and from the failure to its end. */
  goesOnMs: number
  resolvedMs: number
}

export const HOST = 'web1'
const PHASE_WITHIN_MS = 60_000
const RESOLVED_WITHIN_MS = 90_000
/** "Work goes on within seconds": with the start of a program, on a machine that does other things as well. */
const GOES_ON_WITHIN_MS = 10_000

export async function playRow(hall: Hall, row: Row): Promise<Told> {
  const { stage, record } = hall
  const count = await countAt(stage.site, HOST)
  const [since, known] = [await record.newest(), await incidents(hall)]
  const from = Date.now()
  let killedAt = 0
  const struck = reached(hall, row, since).then(() => {
    killedAt = Date.now()
    return strike(stage, row.victim)
  })
  await Promise.all([failUnit(stage.site, HOST).then(count.failed), struck])
  const ended = await until(
    'the incident is resolved',
    async () =>
      (await incidents(hall)).find(
        ({ id, status }) => status === 'resolved' && !known.some((one) => one.id === id),
      ),
    RESOLVED_WITHIN_MS,
    100,
  )
  const resolvedMs = Date.now() - from
  const entries = await story(record, since, ended.id)
  const orders = await count.orders()
  demand(orders === 1, `expected 1 restart at the target, counted ${orders}`)
  await outcomes(hall, ended.id)
  const goesOnMs = (entries.find(({ at }) => at > killedAt)?.at ?? killedAt) - killedAt
  demand(goesOnMs < GOES_ON_WITHIN_MS, `work went on only after ${goesOnMs} ms`)
  const before = entries.findLast(({ at, stream }) => at <= killedAt && stream.startsWith('proposal/'))
  return { after: before === undefined ? 'nothing' : nameOf(before), goesOnMs, resolvedMs }
}

function reached({ stage, record }: Hall, { phase, victim }: Row, since: number): Promise<void> {
  return victim === 'runner' && phase.journal !== undefined
    ? journalHolds(stage, phase.journal, journalSize(stage), PHASE_WITHIN_MS)
    : record.reached(phase, since, PHASE_WITHIN_MS)
}

type Incident = { id: string; service: string | null; status: string }

/** Those of the service that fails, newest first. */
async function incidents({ stage, door }: Hall): Promise<Incident[]> {
  const answer = await door.get('/v1/incidents?limit=50', tokenOf(stage), 5_000)
  if (answer.status !== 200) throw new Error(`incidents were answered with ${answer.status}`)
  const { items } = JSON.parse(answer.body) as { items: Incident[] }
  return items.filter(({ service }) => service === 'web')
}

/** Everything that was proposed helped, and nobody had to be called. */
async function outcomes({ stage, door }: Hall, id: string): Promise<void> {
  const body = await until('the incident is shown', async () => {
    const answer = await door.get(`/v1/incidents/${id}`, tokenOf(stage))
    return answer.status === 200 ? answer.body : null
  })
  const { proposals } = JSON.parse(body) as { proposals: { outcome: string; because: string }[] }
  const others = proposals.filter(({ outcome }) => outcome !== 'resolved')
  demand(proposals.length > 0 && others.length === 0, `expected "resolved", got ${JSON.stringify(proposals)}`)
}

async function story(record: Record, since: number, incident: string): Promise<Entry[]> {
  const all = [
    ...(await record.since(since, 'proposal/%')),
    ...(await record.since(since, `incident/${incident}`)),
  ]
  return all.sort((a, b) => a.gid - b.gid)
}

function nameOf({ type, state }: Entry): string {
  return type === 'step-reported' ? (/"phase":"([a-z-]+)"/.exec(state)?.[1] ?? type) : type
}

export function tokenOf({ dir }: Stage): string {
  const { tokenFile } = JSON.parse(readFileSync(`${dir}/cli.json`, 'utf8')) as { tokenFile: string }
  return readFileSync(tokenFile.startsWith('/') ? tokenFile : `${dir}/${tokenFile}`, 'utf8').trim()
}
