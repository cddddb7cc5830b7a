/** The database and then all of Countersign are away: it says so at once, begins nothing, and hosting goes on. */
import { readFileSync } from 'node:fs'
import { failUnit } from '@countersign/site/fault'
import type { BareSite } from '@countersign/site/site'
import { buryDatabase, freezeDatabase } from '../crash/freeze.ts'
import { journalHolds, journalSize, journalText } from '../crash/journal.ts'
import { postmasterOf } from '../crash/record.ts'
import { tokenOf } from '../crash/row.ts'
import { onOwnStage } from '../crash/stage.ts'
import { ordersBetween, tallyAt } from '../crash/starts.ts'
import { type Door, openDoor } from '../stage/door.ts'
import type { Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import type { Story } from './story.ts'

export const outage: Story = {
  name: 'outage',
  title: 'without its database it answers 503 at once and begins nothing; without it hosting goes on',
  needs: 'any',
  play: (_stage, say) =>
    onOwnStage(say, async (stage) => {
      const door = openDoor(stage)
      try {
        await saysSo({ stage, door, say }, 'frozen', freezeDatabase)
        await saysSo({ stage, door, say }, 'dead', buryDatabase)
        await finishesItsStep({ stage, door, say })
        await hostingGoesOn({ stage, door, say })
      } finally {
        door.close()
      }
    }),
}

type Scene = { stage: Stage; door: Door; say: (line: string) => void }

const HOST = 'web1'
const ANSWERS_WITHIN_MS = 8_000

/** Every kind of request gets its 503 in time, as often as it asks; afterwards a signal is taken at the first try. */
async function saysSo(
  { stage, door, say }: Scene,
  how: string,
  takeAway: (stage: Stage) => () => void,
): Promise<void> {
  // Its connections are open and in use when it happens.
  const before = await Promise.all(Array.from({ length: 24 }, (_, i) => ask(stage, door, i)))
  demand(
    before.every(({ status }) => status === 200 || status === 202),
    'a request failed before the outage',
  )
  const giveBack = takeAway(stage)
  let slowest = 0
  try {
    // Many at once: none may wait for the others.
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => ask(stage, door, i)))
      for (const { status, retryAfter, ms, body } of answers) {
        demand(
          status === 503,
          `with a ${how} database expected 503, got ${status} after ${ms} ms: ${body.slice(0, 200)}`,
        )
        demand(Number(retryAfter) > 0, `the 503 has no usable retry-after: ${retryAfter}`)
        slowest = Math.max(slowest, ms)
      }
    }
  } finally {
    giveBack()
  }
  demand(slowest < ANSWERS_WITHIN_MS, `a 503 took ${slowest} ms`)
  const back = performance.now()
  await until('a signal is taken again', async () => (await signal(stage, door)).status === 202)
  const backMs = Math.round(performance.now() - back)
  say(
    `a ${how} database: 48 requests got their 503 within ${slowest} ms; back ${backMs} ms after it came back`,
  )
}

function ask(stage: Stage, door: Door, i: number) {
  if (i % 3 === 0) return signal(stage, door)
  return door.get(i % 3 === 1 ? '/v1/incidents' : '/v1/health', tokenOf(stage), 20_000)
}

function signal(stage: Stage, door: Door) {
  const token = readFileSync(`${stage.dir}/secrets/alertmanager.token`, 'utf8').trim()
  const alert = {
    status: 'firing',
    labels: { alertname: 'Canary', severity: 'info' },
    annotations: {},
    startsAt: '2026-01-01T00:00:00Z',
    fingerprint: 'c0ffee0000000002',
  }
  const body = { version: '4', groupKey: 'canary', status: 'firing', receiver: 'c', alerts: [alert] }
  return door.post('/v1/signals/alertmanager', token, body, 20_000)
}

/** The database goes away while a step is being applied: the runner ends the step, begins no other, reports later. */
async function finishesItsStep({ stage, door, say }: Scene): Promise<void> {
  const site = bare(stage)
  const tally = await tallyAt(site, HOST)
  const from = journalSize(stage)
  const known = await resolved(stage, door)
  const failed = failUnit(site, HOST)
  await journalHolds(stage, '"type":"applying"', from, 30_000)
  const giveBack = buryDatabase(stage)
  try {
    await failed
    await journalHolds(stage, '"type":"finished"', from, 30_000)
    // A second failure meanwhile: nothing may be begun for it.
    await failUnit(site, 'web2')
    await gone(stage, door)
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const begun = journalText(stage, from).split('"type":"granted"').length - 1
    demand(begun === 1, `expected 1 grant in the journal while the database was away, got ${begun}`)
  } finally {
    giveBack()
  }
  say('the database died during a step: the runner finished it, and began none')
  const back = performance.now()
  await until(
    'both incidents are resolved',
    async () => (await resolved(stage, door)) >= known + 1 && (await serves(site, 'web2')),
  )
  const orders = ordersBetween(tally, await tallyAt(site, HOST))
  demand(orders === 1, `expected 1 restart at the target, counted ${orders}`)
  say(`back: reported, and the second failure repaired, within ${Math.round(performance.now() - back)} ms`)
}

async function gone(stage: Stage, door: Door): Promise<void> {
  await until(
    'the API says that its database is away',
    async () => (await door.get('/v1/incidents', tokenOf(stage))).status === 503,
  )
}

async function resolved(stage: Stage, door: Door): Promise<number> {
  const answer = await door.get('/v1/incidents?status=resolved', tokenOf(stage))
  if (answer.status !== 200) throw new Error(`incidents were answered with ${answer.status}`)
  const { items } = JSON.parse(answer.body) as { items: { service: string | null }[] }
  return items.filter(({ service }) => service === 'web').length
}

/** Server, runner and database are all killed: the site answers, and its own supervisor restarts what dies. */
async function hostingGoesOn({ stage, door, say }: Scene): Promise<void> {
  const site = bare(stage)
  const { pid } = postmasterOf(stage)
  await stage.server.stop('SIGKILL')
  await stage.runner.stop('SIGKILL')
  process.kill(pid, 'SIGKILL')
  for (const { name } of site.services) demand(await serves(site, name), `${name} does not answer`)
  const before = await pidOf(site, HOST)
  process.kill(before, 'SIGKILL')
  await until(
    `${HOST} is restarted by its keeper`,
    async () => (await pidOf(site, HOST)) !== before && (await serves(site, HOST)),
    10_000,
    50,
  )
  say('server, runner and database are dead: the site answers, and its keeper restarts what dies')
  await stage.startServer()
  await stage.startRunner()
  const known = await resolved(stage, door)
  await failUnit(site, HOST)
  await until('a failure is repaired again', async () => (await resolved(stage, door)) > known)
  say('started again: the next failure is repaired')
}

function bare({ site }: Stage): BareSite {
  if (site.kind !== 'bare') throw new Error('this story plays on the bare site')
  return site
}

async function pidOf({ keeper }: BareSite, service: string): Promise<number> {
  const reply = await fetch(`${keeper.url}/services/${service}`)
  const { pid } = (await reply.json()) as { pid: number | null }
  if (pid === null) throw new Error(`${service} does not run`)
  return pid
}

function serves(site: BareSite, service: string): Promise<boolean> {
  const url = site.services.find(({ name }) => name === service)?.url ?? ''
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
}
