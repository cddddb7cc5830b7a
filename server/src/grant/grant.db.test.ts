import { verifyMachine } from '@countersign/crypto/machine-key'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBus } from '../bus.ts'
import type { Context } from '../context.ts'
import type { LogStatus } from '../log/status.ts'
import { advanceProposal } from '../proposal/advance.ts'
import { approve, endOf, entriesOf, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type Manner, type TestRunner } from '../testing/test-runner.ts'

let site: TestSite
let runner: TestRunner
let service: string
let before: Context['log']

beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
  before = site.context.log
})
afterAll(() => site.stop())
beforeEach(() => {
  site.tick(2 * HOUR)
  site.context.log = before
  service = site.service()
})

const waits = async (id: string) => {
  const state = await stateOf(site, id)
  return 'waits' in state ? state.waits : null
}
/** Set in the middle of a test, so that planning still goes on as ever. */
const logIs = (status: LogStatus, behindMs: number) => {
  site.context.log = { status: () => status, behindMs: () => behindMs }
}

/** Stands at the door of the grant: planned, and decided within the same commit as soon as the report is taken. */
async function planned(target: string, manner: Manner = {}) {
  const id = await proposeFor(site, target)
  await until(site, runner, id, ['planning'])
  const answer = async () => {
    const task = (await runner.take()).find((one) => one.type === 'plan' && one.request.proposal === id)
    if (task?.type !== 'plan') throw new Error('expected a plan task')
    return runner.report({ type: 'planned', task: task.id, plan: runner.planFor(task.request, manner) })
  }
  return { id, answer }
}

describe('reservations', () => {
  test('one act per target at a time, whatever the runbook; the next goes on when the first has ended', async () => {
    const one = await proposeFor(site, `${service}-a`)
    await until(site, runner, one, ['granted'])
    const other = await proposeFor(site, `${service}-a`, { kind: 'detector', id: 'test' }, 'restart-or-undo')
    await until(site, runner, other, ['cleared'], { silent: ['execute'] })
    expect(await waits(other)).toBe('busy')
    await work(site)
    await work(site)
    expect(
      (await entriesOf(site, `proposal/${other}`)).filter((type) => type === 'grant-waits'),
    ).toHaveLength(1)
    site.monitor.up.add(`${service}-a`)
    site.tick(2_000)
    await until(site, runner, one, ['closed'])
    site.tick(2_000)
    await until(site, runner, other, ['granted'], { silent: ['execute'] })
    site.monitor.up.clear()
  })

  test('a floor holds across plans that know nothing of each other', async () => {
    const during = { scope: { remainingDuring: 2 } }
    const ids: string[] = []
    for (const member of ['a', 'b', 'c']) {
      const { id, answer } = await planned(`${service}-${member}`, during)
      await answer()
      ids.push(id)
    }
    const phases = await Promise.all(ids.map(async (id) => (await stateOf(site, id)).phase))
    expect(phases).toEqual(['granted', 'granted', 'cleared'])
    expect(await waits(ids[2] ?? '')).toBe('busy')
  })

  test('many at once for the same target and floor: no two grants for one target, never below the floor', async () => {
    const made = []
    for (const member of ['a', 'a', 'b', 'b', 'c', 'c'])
      made.push(await planned(`${service}-${member}`, { scope: { remainingDuring: 2 } }))
    const [tasks] = [await runner.take()]
    for (const task of tasks)
      if (task.type === 'plan')
        await runner.report({
          type: 'planned',
          task: task.id,
          plan: runner.planFor(task.request, { scope: { remainingDuring: 2 }, action: { privileged: true } }),
        })
    for (const { id } of made) await work(site).then(() => stateOf(site, id))
    await Promise.all(made.map(({ id }) => approve(site, id, 'bob')))
    await Promise.all(made.map(({ id }) => advanceProposal(site.context, id)))
    const { rows } = await site.database.pool.query<{ key: string; proposal: string }>(
      'select key, proposal from reservation where service = $1',
      [service],
    )
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
    expect(rows.length).toBe(2)
    const states = await Promise.all(made.map(({ id }) => stateOf(site, id)))
    expect(states.filter(({ phase }) => phase === 'granted')).toHaveLength(2)
  })
})

describe('the log', () => {
  const rewound: LogStatus = {
    state: 'rewound',
    says: 'the log was rewound',
    published: { incarnation: 1, size: 9, root: 'r' } as never,
    database: null,
  }
  const leading: LogStatus = { state: 'leading', epoch: 1, head: null }
  const rows: { name: string; log: [LogStatus, number]; manner: Manner; isGranted: boolean }[] = [
    { name: 'rewound: nothing is granted', log: [rewound, 0], manner: {}, isGranted: false },
    {
      name: 'not looked at yet: nothing is granted',
      log: [{ state: 'away', says: 'the log was not looked at yet' }, 0],
      manner: {},
      isGranted: false,
    },
    {
      name: 'rewound: nothing is granted, whoever signed',
      log: [rewound, 0],
      manner: { action: { privileged: true } },
      isGranted: false,
    },
    { name: 'behind by 5 min: auto still runs', log: [leading, 300_000], manner: {}, isGranted: true },
    { name: 'behind by more: auto stops', log: [leading, 300_001], manner: {}, isGranted: false },
    {
      name: 'behind by more: what people signed and can be undone goes on',
      log: [leading, 300_001],
      manner: { action: { privileged: true } },
      isGranted: true,
    },
    {
      name: 'behind by more: what cannot be undone waits, signed or not',
      log: [leading, 300_001],
      manner: { action: { reversibility: 'none' } },
      isGranted: false,
    },
  ]
  test.each(rows)('$name', async ({ log, manner, isGranted }) => {
    const { id, answer } = await planned(`${service}-a`, manner)
    logIs(...log)
    await answer()
    if (manner.action !== undefined) {
      await work(site)
      await approve(site, id, 'bob')
      await approve(site, id, 'ann')
    }
    await work(site)
    const state = await stateOf(site, id)
    expect(state.phase === 'granted').toBe(isGranted)
    if (isGranted) return
    expect(await waits(id)).toBe('log')
    site.context.log = before
    site.tick(2_000)
    await until(site, runner, id, ['granted'], { silent: ['execute'] })
  })
})

test('two servers on one database that advance one proposal at once give one grant', async () => {
  for (const member of ['a', 'b', 'c']) {
    const { id } = await planned(`${service}-${member}`)
    const other: Context = { ...site.context, bus: createBus() }
    const plan = (await runner.take()).find((one) => one.type === 'plan' && one.request.proposal === id)
    if (plan?.type !== 'plan') throw new Error('expected a plan task')
    logIs({ state: 'rewound', says: 'not yet', published: {} as never, database: null }, 0)
    await runner.report({ type: 'planned', task: plan.id, plan: runner.planFor(plan.request) })
    site.context.log = before
    other.log = before
    const servers = [site.context, other, site.context, other]
    await Promise.all(servers.map((context) => advanceProposal(context, id)))
    const types = await entriesOf(site, `proposal/${id}`)
    expect(types.filter((type) => type === 'granted')).toHaveLength(1)
    const { rows } = await site.database.pool.query(
      "select from task where proposal = $1 and kind = 'execute'",
      [id],
    )
    expect(rows).toHaveLength(1)
  }
})

test('a grant names the plan, the runner and its end, and is signed by the key of the trust chain', async () => {
  const id = await proposeFor(site, `${service}-a`)
  const state = await until(site, runner, id, ['granted'])
  if (state.phase !== 'granted') throw new Error('expected a grant')
  const { grant, signature, key } = state.grant
  expect(key).toBe('grant-1')
  expect(verifyMachine('countersign/grant/v1', grant as never, site.keys.grant.publicKey, signature)).toBe(
    true,
  )
  expect(grant).toMatchObject({
    plan: state.planned.digest,
    runner: 'runner-1',
    site: site.context.site,
    stage: 1,
  })
  expect(grant.notAfter).toBeLessThanOrEqual(grant.issuedAt + 120_000)
  expect(grant.undo.notAfter).toBeGreaterThan(grant.notAfter)
  expect(grant.undo.onSilence).toBe('hand-over')
  site.monitor.up.add(`${service}-a`)
  expect(endOf(await until(site, runner, id, ['closed'])).outcome).toBe('resolved')
})
