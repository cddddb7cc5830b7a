import { publishedDigest } from '@countersign/core/approval/published'
import { digestOf } from '@countersign/crypto/digest-of'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { publishText } from '../publication/handle.ts'
import { approve, endOf, entriesOf, proposeFor, sendPages, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type Manner, refusal, type TestRunner } from '../testing/test-runner.ts'

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

const confirm: Manner = { action: { privileged: true } }
const authorize: Manner = { action: { reversibility: 'none' } }
const entries = (id: string) => entriesOf(site, `proposal/${id}`)
const count = async (id: string, type: string) => (await entries(id)).filter((one) => one === type).length

describe('the path', () => {
  test('auto: reads, plans, decides, grants, and resolves when health is confirmed, silently', async () => {
    const id = await proposeFor(site, target)
    const granted = await until(site, runner, id, ['granted'])
    expect(granted).toMatchObject({
      acts: [],
      grant: { grant: { outcome: 'auto', approvals: [], proposal: id } },
    })
    await until(site, runner, id, ['watching'])
    site.monitor.up.add(target)
    expect(endOf(await until(site, runner, id, ['closed'])).outcome).toBe('resolved')
    expect((await sendPages(site)).filter((one) => one.startsWith(id))).toEqual([])
    expect(await entries(id)).toEqual([
      'proposed',
      'evidence-read',
      'plan-requested',
      'planned',
      'decided',
      'granted',
      'execution-started',
      'step-reported',
      'step-reported',
      'execution-finished',
      'health-opened',
      'health-judged',
      'closed',
    ])
  })

  test('what the runner demands is asked for, although policy would let it run alone', async () => {
    const id = await proposeFor(site, target)
    const demands = { signatures: 'confirm' as const, because: 'it is outside my envelope' }
    await until(site, runner, id, ['asking'], { plan: { demands } })
    await approve(site, id, 'bob')
    const state = await until(site, runner, id, ['granted'])
    expect(state).toMatchObject({ grant: { grant: { outcome: 'confirm' }, acts: [{ person: 'bob' }] } })
  })

  test('confirm: one person signs', async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['asking'], confirm)
    expect((await sendPages(site)).some((one) => one === `${id} confirm`)).toBe(true)
    expect(site.monitor.pages.at(-1)).toMatchObject({ proposal: id, asks: `countersign approve ${id}` })
    expect((await approve(site, id, 'bob')).body).toMatchObject({ missing: [] })
    await until(site, runner, id, ['granted'])
  })

  test('authorize: two different people sign, one of them from governance', async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['asking'], authorize)
    expect((await approve(site, id, 'bob')).body).toMatchObject({
      missing: [{ role: 'governance', count: 1 }],
    })
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('asking')
    await approve(site, id, 'ann')
    const state = await until(site, runner, id, ['granted'])
    expect(state).toMatchObject({
      grant: { grant: { outcome: 'authorize' }, acts: [{ person: 'bob' }, { person: 'ann' }] },
    })
  })

  test('observe: waits for its deadline, then reads and plans anew, and asks', async () => {
    site.monitor.up.add(target)
    site.monitor.answers.set('/api/v1/query', { status: 200, body: JSON.stringify(vectorOf('0')) })
    const id = await proposeFor(site, target)
    const state = await until(site, runner, id, ['observing'])
    expect(await runner.work()).toEqual([])
    site.tick(state.phase === 'observing' ? state.until - site.context.now() + 1 : 0)
    await until(site, runner, id, ['asking'])
    expect(await count(id, 'evidence-read')).toBe(2)
    expect(await count(id, 'planned')).toBe(2)
    await approve(site, id, 'bob')
    expect(await until(site, runner, id, ['granted'])).toMatchObject({
      grant: { grant: { outcome: 'confirm' } },
    })
  })

  test('refuse: closes, and calls a person', async () => {
    const id = await proposeFor(site, target)
    const failing = [{ id: 'is-failed', says: 's', holds: 'no' as const }]
    expect(
      endOf(await until(site, runner, id, ['closed'], { plan: { preconditions: failing } })).outcome,
    ).toBe('refused')
    expect(await count(id, 'granted')).toBe(0)
    expect((await sendPages(site)).filter((one) => one.startsWith(id))).toEqual([`${id} refused`])
  })

  test('a hard limit is never granted, whatever policy says and whoever would sign', async () => {
    const id = await proposeFor(site, target, { kind: 'person', id: 'ops' })
    const limits = [{ id: 'serving', says: 'too few', limit: '2', actual: '1' }]
    const end = endOf(await until(site, runner, id, ['closed'], { plan: { limits } }))
    expect(end.outcome).toBe('refused')
    expect(await entries(id)).not.toContain('approval-opened')
  })

  test("an agent's proposal is confirmed by a person, however sure the evidence is", async () => {
    const id = await proposeFor(site, target, { kind: 'agent', id: 'agent-1' })
    await until(site, runner, id, ['asking'])
  })
})

describe('nobody answers', () => {
  test('the approval climbs the ladder, then closes as unanswered before the plan expires', async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['asking'], {
      ...confirm,
      plan: { expiresAt: site.context.now() + 10 * HOUR },
    })
    const roles: string[] = []
    for (let i = 0; i < 6; i++) {
      const state = await stateOf(site, id)
      if (state.phase !== 'asking') break
      roles.push(state.asking.asked.at(-1) ?? '')
      site.tick(state.asking.until - site.context.now() + 1)
      await work(site)
    }
    expect(roles).toEqual(['sre', 'lead', 'governance'])
    expect(endOf(await stateOf(site, id)).outcome).toBe('unanswered')
    expect((await sendPages(site)).filter((one) => one.startsWith(id))).toHaveLength(4)
  })

  test('a plan that expired while people were asked is closed, and nothing is granted late', async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['asking'], confirm)
    site.tick(16 * 60_000)
    const late = await approve(site, id, 'bob')
    expect(late.status).toBe(422)
    await work(site)
    expect(endOf(await stateOf(site, id))).toMatchObject({ outcome: 'unanswered' })
    expect(await entries(id)).not.toContain('granted')
  })
})

describe('what moved makes it void', () => {
  test('an auto plan that expired before the grant is made anew', async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['planning'])
    const task = (await runner.take()).find((one) => one.type === 'plan' && one.request.proposal === id)
    if (task?.type !== 'plan') throw new Error('expected a plan task')
    const plan = runner.planFor(task.request, { plan: { expiresAt: site.context.now() - 1 } })
    await runner.report({ type: 'planned', task: task.id, plan })
    await work(site)
    expect((await entries(id)).slice(3)).toEqual([
      'planned',
      'decided',
      'voided',
      'evidence-read',
      'plan-requested',
    ])
    await until(site, runner, id, ['granted'])
  })

  test('the target moved: void and made anew at most twice, then a person looks', async () => {
    const id = await proposeFor(site, target)
    const state = await until(site, runner, id, ['closed'], { notStarted: refusal('STATE_MOVED') })
    expect(endOf(state)).toMatchObject({
      outcome: 'escalated',
      because: 'the target moved 3 times between plan and act',
    })
    expect(await count(id, 'granted')).toBe(3)
    expect(await count(id, 'voided')).toBe(3)
    expect(await reservations(id)).toBe(0)
  })

  test('a runner that did not start for another reason ends it', async () => {
    const id = await proposeFor(site, target)
    const state = await until(site, runner, id, ['closed'], { notStarted: refusal('RATE_EXCEEDED') })
    expect(endOf(state)).toEqual({ outcome: 'refused', because: 'it is RATE_EXCEEDED' })
    expect(await reservations(id)).toBe(0)
  })

  test.each([
    { name: 'before the decision', phase: 'deciding' as const },
    { name: 'while people are asked', phase: 'asking' as const },
  ])('the policy changed $name', async ({ phase }) => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['planning'])
    const before = site.context.published.policy()?.text ?? ''
    if (phase === 'deciding') await publishPolicy(`${before}# once more\n`)
    await until(site, runner, id, ['asking'], confirm)
    if (phase === 'deciding') expect(await count(id, 'voided')).toBe(1)
    else {
      await publishPolicy(`${before}# and again\n`)
      await approve(site, id, 'bob')
      await work(site)
      expect(await entries(id)).toContain('voided')
      expect(await entries(id)).not.toContain('granted')
      await until(site, runner, id, ['asking'], confirm)
      await approve(site, id, 'bob')
    }
    await publishPolicy(before)
  })
})

describe('a silent runner', () => {
  test.each([
    {
      phase: 'planning' as const,
      silent: ['plan' as const],
      after: 61_000,
      says: 'did not answer with a plan',
      kept: 0,
    },
    {
      phase: 'granted' as const,
      silent: ['execute' as const],
      after: 151_000,
      says: 'did not say whether it started',
      kept: 1,
    },
  ])('in $phase is handed over to a person', async ({ phase, silent, after, says, kept }) => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, [phase], { silent })
    site.tick(after)
    await work(site)
    const end = endOf(await stateOf(site, id))
    expect(end.outcome).toBe('escalated')
    expect(end.because).toContain(says)
    expect(await reservations(id)).toBe(kept)
    site.tick(2_000)
    await runner.work({ notPlanned: refusal('BUSY'), notStarted: refusal('GRANT_EXPIRED') })
    expect(await reservations(id)).toBe(0)
  })

  test('in the middle of its steps keeps the target reserved, until it says what was seen', async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['granted'])
    const task = (await runner.take()).find(
      (one) => one.type === 'execute' && one.grant.grant.proposal === id,
    )
    if (task?.type !== 'execute') throw new Error('expected an execute task')
    const about = { task: task.id, grant: task.grant.grant.id }
    await runner.report({ type: 'started', ...about, at: site.context.now() })
    site.tick(1_100_000)
    await work(site)
    expect(endOf(await stateOf(site, id)).outcome).toBe('escalated')
    expect(await reservations(id)).toBe(1)
    const other = await proposeFor(site, target)
    await until(site, runner, other, ['cleared'], { silent: ['execute'] })
    expect(await stateOf(site, other)).toMatchObject({ phase: 'cleared', waits: 'busy' })
    await runner.report({ type: 'finished', ...about, result: 'succeeded', why: 'it came back' })
    expect(await reservations(id)).toBe(0)
    site.tick(2_000)
    await until(site, runner, other, ['granted'], { silent: ['execute'] })
  })

  test('an effect that nobody has seen keeps the target reserved', async () => {
    const id = await proposeFor(site, target)
    expect(endOf(await until(site, runner, id, ['closed'], { result: 'unknown' })).outcome).toBe('escalated')
    expect(await reservations(id)).toBe(1)
  })
})

async function reservations(id: string): Promise<number> {
  const { rowCount } = await site.database.pool.query('select from reservation where proposal = $1', [id])
  return rowCount ?? 0
}

async function publishPolicy(text: string): Promise<void> {
  const answer = await publishText(
    site.context,
    site.publication('policy', 'default', text, [site.people.ann]),
  )
  expect(answer).toMatchObject({ taken: { digest: publishedDigest(digestOf, 'policy', text) } })
}

function vectorOf(value: string) {
  return { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, value] }] } }
}
