import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endOf, entriesOf, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type TestRunner } from '../testing/test-runner.ts'

let site: TestSite
let runner: TestRunner
let target: string

beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())
beforeEach(() => {
  site.tick(2 * HOUR)
  site.monitor.up.clear()
  site.monitor.answers.clear()
  target = `${site.service()}-a`
})

type Look = 'up' | 'down' | 'blind'
/** The window of the runbooks is five looks, of which two in a row must hold. */
async function watch(looks: Look[], runbook = 'restart') {
  const id = await proposeFor(site, target, { kind: 'detector', id: 'test' }, runbook)
  await until(site, runner, id, ['granted'])
  await runner.work()
  let taken = 0
  for (const look of looks) {
    if (look === 'up') site.monitor.up.add(target)
    else site.monitor.up.delete(target)
    if (look === 'blind') site.monitor.answers.set('/api/v1/query', { status: 500, body: '{}' })
    else site.monitor.answers.clear()
    if (look === 'blind') site.monitor.answers.set(`/${target}`, { status: 200, body: '' })
    await work(site)
    taken++
    if ((await stateOf(site, id)).phase !== 'watching') break
    site.tick(1_000)
  }
  const samples = await site.database.pool.query<{ held: string }>(
    'select held from health_sample where proposal = $1 order by no',
    [id],
  )
  return { id, taken, samples: samples.rows.map(({ held }) => held) }
}

describe('the window', () => {
  test.each<{ name: string; looks: Look[]; outcome: string; taken: number }>([
    { name: 'ends well after enough looks in a row', looks: ['up', 'up'], outcome: 'resolved', taken: 2 },
    {
      name: 'begins to count anew after a look that failed',
      looks: ['up', 'down', 'up', 'up'],
      outcome: 'resolved',
      taken: 4,
    },
    {
      name: 'begins to count anew after a look that was blind',
      looks: ['up', 'blind', 'up', 'up'],
      outcome: 'resolved',
      taken: 4,
    },
    {
      name: 'ends badly when it is used up',
      looks: ['down', 'down', 'down', 'down', 'down', 'up'],
      outcome: 'escalated',
      taken: 5,
    },
    {
      name: 'never counts blind looks as healthy',
      looks: ['blind', 'blind', 'blind', 'blind', 'blind', 'up'],
      outcome: 'escalated',
      taken: 5,
    },
    {
      name: 'takes one more good look at its end for no two',
      looks: ['down', 'down', 'down', 'down', 'up'],
      outcome: 'escalated',
      taken: 5,
    },
  ])('$name', async ({ looks, outcome, taken }) => {
    const watched = await watch(looks)
    expect(endOf(await stateOf(site, watched.id)).outcome).toBe(outcome)
    expect(watched.taken).toBe(taken)
    expect(watched.samples).toEqual(
      looks.slice(0, taken).map((look) => ({ up: 'yes', down: 'no', blind: 'blind' })[look]),
    )
  })

  test('is not looked at more often than the runbook says, however often the job runs', async () => {
    const { id, samples } = await watch(['down'])
    expect(samples).toEqual(['no'])
    await work(site)
    await work(site)
    const count = async () =>
      (await site.database.pool.query('select from health_sample where proposal = $1', [id])).rowCount
    expect(await count()).toBe(2)
    site.tick(400)
    await work(site)
    expect(await count()).toBe(2)
    site.tick(600)
    await work(site)
    expect(await count()).toBe(3)
  })
})

describe('not better', () => {
  const down: Look[] = ['down', 'down', 'down', 'down', 'down']

  test('is undone where the runbook says so, and the target is free again', async () => {
    const { id } = await watch(down, 'restart-or-undo')
    expect(await stateOf(site, id)).toMatchObject({
      phase: 'undoing',
      because: 'health did not improve within the window',
    })
    expect(endOf(await until(site, runner, id, ['closed']))).toEqual({
      outcome: 'undone',
      because: 'as told',
    })
    expect(await reservations(id)).toBe(0)
    expect(await entriesOf(site, `proposal/${id}`)).toContain('undo-requested')
  })

  test('is handed over where the undo is not complete, and the target stays reserved', async () => {
    const { id } = await watch(down, 'restart-or-undo')
    expect(endOf(await until(site, runner, id, ['closed'], { undone: false })).outcome).toBe('escalated')
    expect(await reservations(id)).toBe(1)
  })

  test('is handed over where the runner does not confirm the undo, until it does', async () => {
    const { id } = await watch(down, 'restart-or-undo')
    site.tick(301_000)
    await work(site)
    expect(endOf(await stateOf(site, id))).toEqual({
      outcome: 'escalated',
      because: 'the runner did not confirm the undo',
    })
    expect(await reservations(id)).toBe(1)
    await runner.work()
    expect(await reservations(id)).toBe(0)
  })

  test('is handed over where the right to undo has ended', async () => {
    const { id } = await watch(down.slice(1), 'restart-or-undo')
    site.tick(HOUR)
    await work(site)
    expect(endOf(await stateOf(site, id)).outcome).toBe('escalated')
  })

  test('is handed over where nothing was changed that could be undone', async () => {
    const id = await proposeFor(site, target, { kind: 'detector', id: 'test' }, 'restart-or-undo')
    await until(site, runner, id, ['closed'], { result: 'nothing-done' })
    expect(endOf(await stateOf(site, id)).outcome).toBe('escalated')
  })
})

async function reservations(id: string): Promise<number> {
  const { rowCount } = await site.database.pool.query('select from reservation where proposal = $1', [id])
  return rowCount ?? 0
}
