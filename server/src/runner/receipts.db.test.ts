import { generateKeyPairSync } from 'node:crypto'
import type { Receipt, Report } from '@countersign/core/runner/protocol'
import { signMachine } from '@countersign/crypto/machine-key'
import fc from 'fast-check'
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
  target = `${site.service()}-a`
})

const NOBODY = '00000000-0000-7000-8000-000000000000'
const nothing: Report = { type: 'accepted', task: NOBODY }
const accepted = (reply: { body: unknown }) => (reply.body as { accepted: number }).accepted
async function executing() {
  const id = await proposeFor(site, target)
  await until(site, runner, id, ['granted'])
  const task = (await runner.take()).find((one) => one.type === 'execute' && one.grant.grant.proposal === id)
  if (task?.type !== 'execute') throw new Error('expected an execute task')
  const about = { task: task.id, grant: task.grant.grant.id }
  const step = (phase: 'applying' | 'verified'): Report => ({
    type: 'step',
    ...about,
    step: { step: 'restart', phase, at: site.context.now(), saw: 'it', stateVersion: null },
  })
  const story: Report[] = [
    { type: 'started', ...about, at: site.context.now() },
    step('applying'),
    step('verified'),
    { type: 'finished', ...about, result: 'succeeded', why: 'done' },
  ]
  return { id, about, step, story }
}

describe('the line of receipts', () => {
  test('a receipt that comes again changes nothing, and is acknowledged again', async () => {
    const { id, story } = await executing()
    const receipts = story.map(runner.next)
    const last = receipts.at(-1)?.count
    for (let i = 0; i < 2; i++) expect(accepted(await runner.send(...receipts))).toBe(last)
    expect(accepted(await runner.send(receipts[1] as Receipt))).toBe(last)
    expect((await entriesOf(site, `proposal/${id}`)).filter((type) => type === 'step-reported')).toHaveLength(
      2,
    )
  })

  test('a gap stops the line and says up to where all is there; it goes on when the gap is filled', async () => {
    const [one, two, three] = [runner.next(nothing), runner.next(nothing), runner.next(nothing)]
    expect(accepted(await runner.send(one, three))).toBe(one.count)
    expect(accepted(await runner.send(three))).toBe(one.count)
    expect(accepted(await runner.send(three, two))).toBe(three.count)
  })

  test('a receipt that does not follow the one before it is not taken', async () => {
    const first = runner.next(nothing)
    await runner.send(first)
    const other = runner.sign(nothing, { prev: `sha256:${'0'.repeat(64)}` })
    expect(accepted(await runner.send(other))).toBe(first.count)
  })

  test('a wrong signature stops the line where it stands, and what came before it is kept', async () => {
    const { id, story } = await executing()
    const [started, ...rest] = story.map(runner.next)
    const forged = { ...(rest[0] as Receipt), signature: (rest[1] as Receipt).signature }
    const reply = await runner.send(started as Receipt, forged, ...rest.slice(1))
    expect(reply).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
    expect(reply.text).toContain(`receipt ${forged.count} of \\"runner-1\\" is not signed by its key`)
    expect((await stateOf(site, id)).phase).toBe('executing')
    expect((await entriesOf(site, `proposal/${id}`)).filter((type) => type === 'step-reported')).toHaveLength(
      0,
    )
    expect(accepted(await runner.send(...rest))).toBe(rest.at(-1)?.count)
    expect((await stateOf(site, id)).phase).toBe('watching')
  })

  test("another runner's token, receipt or key counts for nothing", async () => {
    const mine = runner.sign(nothing)
    const body = { receipts: [mine] }
    expect((await site.call('POST', '/v1/runner/reports', { token: 'otherRunner', body })).status).toBe(403)
    expect((await runner.send(runner.sign(nothing, { runner: 'runner-2' }))).status).toBe(403)
    const { privateKey } = generateKeyPairSync('ed25519')
    const { signature: _, ...unsigned } = mine
    const forged = {
      ...unsigned,
      signature: signMachine('countersign/receipt/v1', unsigned as never, privateKey),
    }
    expect((await runner.send(forged)).status).toBe(403)
    const hello = {
      protocol: 1,
      runner: 'runner-1',
      trustVersion: 1,
      logSize: 0,
      holds: [],
      journalHead: 0,
      upMs: 60_000,
      clock: 1,
    }
    const poll = await site.call('POST', '/v1/runner/poll', {
      token: 'otherRunner',
      body: { hello, waitMs: 0 },
    })
    expect(poll.status).toBe(403)
  })
})

describe('a plan', () => {
  async function asked() {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['planning'])
    const task = (await runner.take()).find((one) => one.type === 'plan' && one.request.proposal === id)
    if (task?.type !== 'plan') throw new Error('expected a plan task')
    return { id, task }
  }
  const OTHER = `sha256:${'7'.repeat(64)}` as const
  test.each([
    { name: 'for another site', changes: { site: OTHER }, says: 'another site' },
    { name: 'for another intent', changes: { intent: OTHER }, says: 'another intent' },
    {
      name: 'by another runbook',
      changes: { runbook: { id: 'restart', digest: OTHER } },
      says: 'another runbook',
    },
    { name: 'of another runner', changes: { runner: 'runner-2' }, says: 'names runner "runner-2"' },
    { name: 'for another proposal', changes: { proposal: NOBODY }, says: 'another proposal' },
    {
      name: 'with another proposer',
      changes: { proposer: { kind: 'person' as const, id: 'eve' } },
      says: 'names another proposer',
    },
  ])('$name is not taken', async ({ changes, says }) => {
    const { id, task } = await asked()
    await runner.report({
      type: 'planned',
      task: task.id,
      plan: runner.planFor(task.request, { plan: changes }),
    })
    await work(site)
    const end = endOf(await stateOf(site, id))
    expect(end.outcome).toBe('refused')
    expect(end.because).toContain(says)
  })

  test('that was changed after it was signed is not taken', async () => {
    const { id, task } = await asked()
    const { plan, signature } = runner.planFor(task.request)
    const changed = { plan: { ...plan, expiresAt: plan.expiresAt + 1 }, signature }
    await runner.report({ type: 'planned', task: task.id, plan: changed })
    await work(site)
    expect(endOf(await stateOf(site, id)).because).toBe('the plan is not signed by runner "runner-1"')
  })

  test('that answers an earlier request is not taken for a later one', async () => {
    const { id, task } = await asked()
    const plan = runner.planFor(task.request, { plan: { expiresAt: site.context.now() - 1 } })
    await runner.report({ type: 'planned', task: task.id, plan })
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('planning')
    await runner.report({ type: 'planned', task: task.id, plan: runner.planFor(task.request) })
    expect((await stateOf(site, id)).phase).toBe('planning')
    await until(site, runner, id, ['granted'], { silent: ['execute'] })
  })

  test('for a task of another proposal changes neither', async () => {
    const [one, other] = [await asked(), await asked()]
    await runner.report({ type: 'planned', task: other.task.id, plan: runner.planFor(one.task.request) })
    await work(site)
    expect((await stateOf(site, one.id)).phase).toBe('planning')
    expect(endOf(await stateOf(site, other.id)).outcome).toBe('refused')
  })
})

describe('reports that fit no more', () => {
  test('about a task that is not known here, or that is none, are acknowledged and change nothing', async () => {
    const before = await entries()
    await runner.report(nothing, { type: 'accepted', task: 'no task' }, {
      type: 'new-word',
      task: NOBODY,
    } as never)
    expect(await entries()).toBe(before)
  })

  test('steps after the end leave the end as it is', async () => {
    const { id, story, step } = await executing()
    await runner.report(...story)
    site.monitor.up.add(target)
    site.tick(2_000)
    const end = await until(site, runner, id, ['closed'])
    await runner.report(step('applying'), story[3] as Report)
    await work(site)
    expect(endOf(await stateOf(site, id))).toEqual(endOf(end))
  })

  test('about another grant than the one that is under way do not move it', async () => {
    const { id, story, about } = await executing()
    const other = { ...(story[3] as Extract<Report, { type: 'finished' }>), grant: NOBODY }
    await runner.report(other)
    expect((await stateOf(site, id)).phase).toBe('granted')
    await runner.report({ type: 'undone', ...about, grant: NOBODY, steps: [], complete: true, why: 'no' })
    expect((await stateOf(site, id)).phase).toBe('granted')
  })
})

test('whatever order and repetition receipts and jobs come in, the end is the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 6 }), { maxLength: 14 }), async (picks) => {
      target = `${site.service()}-a`
      const { id, story } = await executing()
      const receipts = story.map(runner.next)
      for (const pick of picks) {
        const receipt = receipts[pick]
        if (receipt === undefined) await work(site)
        else await runner.send(receipt)
      }
      await runner.send(...receipts)
      await work(site)
      expect((await stateOf(site, id)).phase).toBe('watching')
      const types = await entriesOf(site, `proposal/${id}`)
      expect(types.slice(types.indexOf('granted'))).toEqual([
        'granted',
        'execution-started',
        'step-reported',
        'step-reported',
        'execution-finished',
        'health-opened',
      ])
    }),
    { numRuns: 8 },
  )
})

async function entries(): Promise<number> {
  return (await site.database.pool.query('select from event')).rowCount ?? 0
}
