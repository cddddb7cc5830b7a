import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alert, endOf, entriesOf, incidentOf, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, refusal, type TestRunner } from '../testing/test-runner.ts'
import { innermost } from './store.ts'

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

type How = 'abort' | 'reverse' | 'take'
async function stepIn(id: string, how: How, by = 'bob') {
  const inner = innermost(await stateOf(site, id))
  const about = 'grant' in inner ? { grant: inner.grant.grant.id } : { proposal: id }
  const signed = site.signAbout(by, how, { ...about, reason: 'stop it' })
  return site.call('POST', `/v1/proposals/${id}/interrupts`, { body: { how, reason: 'stop it', signed } })
}
async function granted() {
  const id = await proposeFor(site, target)
  await until(site, runner, id, ['granted'])
  const task = (await runner.take()).find((one) => one.type === 'execute' && one.grant.grant.proposal === id)
  if (task?.type !== 'execute') throw new Error('expected an execute task')
  const about = { task: task.id, grant: task.grant.grant.id }
  return { id, about, start: () => runner.report({ type: 'started', ...about, at: site.context.now() }) }
}
type Word = { word: { stop: { grant: string; how: string }[] } }
const reservations = async (id: string) =>
  (await site.database.pool.query('select from reservation where proposal = $1', [id])).rowCount

describe('before there is a grant', () => {
  test.each([
    { phase: 'reading' as const, how: 'abort' as const, outcome: 'aborted' },
    { phase: 'planning' as const, how: 'take' as const, outcome: 'taken' },
    { phase: 'asking' as const, how: 'abort' as const, outcome: 'aborted' },
    { phase: 'asking' as const, how: 'reverse' as const, outcome: 'aborted' },
  ])(
    '$how in "$phase" ends it at once: nothing was done, and nothing is done',
    async ({ phase, how, outcome }) => {
      const id = await proposeFor(site, target)
      if (phase !== 'reading') await until(site, runner, id, [phase], { action: { privileged: true } })
      expect((await stepIn(id, how)).status).toBe(201)
      expect(endOf(await stateOf(site, id)).outcome).toBe(outcome)
      await runner.work()
      await work(site)
      expect(await entriesOf(site, `proposal/${id}`)).not.toContain('granted')
    },
  )

  test('an act about another proposal, with other words or of another name is refused', async () => {
    const [id, other] = [await proposeFor(site, target), await proposeFor(site, target)]
    const signed = site.signAbout('bob', 'abort', { proposal: other, reason: 'stop it' })
    const post = (body: object) => site.call('POST', `/v1/proposals/${id}/interrupts`, { body })
    expect((await post({ how: 'abort', reason: 'stop it', signed })).status).toBe(422)
    const mine = site.signAbout('bob', 'abort', { proposal: id, reason: 'stop it' })
    expect((await post({ how: 'abort', reason: 'other words', signed: mine })).status).toBe(422)
    expect((await post({ how: 'take', reason: 'stop it', signed: mine })).status).toBe(422)
    expect((await stateOf(site, id)).phase).toBe('reading')
  })
})

describe('while it runs', () => {
  test.each([
    { how: 'abort' as const, word: 'abort', result: 'stopped' as const, outcome: 'aborted' },
    { how: 'take' as const, word: 'abort', result: 'stopped' as const, outcome: 'taken' },
    { how: 'reverse' as const, word: 'reverse', result: 'undone' as const, outcome: 'undone' },
  ])(
    '$how reaches the runner by its poll, by its reports and as a task',
    async ({ how, word, result, outcome }) => {
      const { id, about, start } = await granted()
      await start()
      expect((await stepIn(id, how)).status).toBe(201)
      expect((await stateOf(site, id)).phase).toBe('executing')
      const tasks = await runner.take()
      expect(tasks).toContainEqual(expect.objectContaining({ type: 'stop', grant: about.grant }))
      const step = { step: 'restart', phase: 'verified' as const, at: 1, saw: '', stateVersion: null }
      const reply = await runner.report({ type: 'step', ...about, step })
      expect((reply.body as unknown as Word).word.stop).toEqual([{ grant: about.grant, how: word }])
      await runner.report({ type: 'finished', ...about, result, why: 'as told' })
      await work(site)
      expect(endOf(await stateOf(site, id)).outcome).toBe(outcome)
      expect(await reservations(id)).toBe(0)
      const after = await runner.report({ type: 'accepted', task: about.task })
      expect((after.body as unknown as Word).word.stop).toEqual([])
    },
  )

  test('what came too late for the runner stands all the same: a reverse is undone after the last step', async () => {
    const { id, about, start } = await granted()
    await start()
    await stepIn(id, 'reverse')
    await runner.report({ type: 'finished', ...about, result: 'succeeded', why: 'already done' })
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('undoing')
    expect(endOf(await until(site, runner, id, ['closed'])).outcome).toBe('undone')
  })

  test.each(['abort', 'take'] as const)(
    '%s before it started stands, also where the target moved: no new try',
    async (how) => {
      const { id, about } = await granted()
      expect((await stepIn(id, how)).status).toBe(201)
      await runner.report({ type: 'not-started', ...about, refused: refusal('STATE_MOVED') })
      await work(site)
      await runner.work()
      await work(site)
      const end = endOf(await stateOf(site, id))
      expect(end.outcome).toBe(how === 'abort' ? 'aborted' : 'taken')
      expect((await entriesOf(site, `proposal/${id}`)).filter((type) => type === 'granted')).toHaveLength(1)
    },
  )
})

describe('while health is watched', () => {
  const watching = async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['watching'])
    return id
  }
  test('reverse undoes it, with the signed act in the task', async () => {
    const id = await watching()
    expect((await stepIn(id, 'reverse')).status).toBe(201)
    const task = (await runner.take()).findLast(({ type }) => type === 'undo')
    expect(task).toMatchObject({ because: 'stop it', acts: [{ person: 'bob', act: { act: 'reverse' } }] })
    site.tick(2_000)
    expect(endOf(await until(site, runner, id, ['closed'])).outcome).toBe('undone')
    expect(await reservations(id)).toBe(0)
  })
  test.each([
    { how: 'abort' as const, outcome: 'aborted' },
    { how: 'take' as const, outcome: 'taken' },
  ])('$how ends the watching', async ({ how, outcome }) => {
    const id = await watching()
    await stepIn(id, how)
    expect(endOf(await stateOf(site, id)).outcome).toBe(outcome)
  })
})

describe('after the end', () => {
  const resolved = async () => {
    const id = await proposeFor(site, target)
    await until(site, runner, id, ['watching'])
    site.monitor.up.add(target)
    await until(site, runner, id, ['closed'])
    return id
  }
  test('only a reverse has sense', async () => {
    const id = await resolved()
    const before = await entriesOf(site, `proposal/${id}`)
    for (const how of ['abort', 'take'] as const) expect((await stepIn(id, how)).status).toBe(409)
    expect(await entriesOf(site, `proposal/${id}`)).toEqual(before)
  })
  test('a reverse undoes it while the right to undo lasts, and no longer', async () => {
    const id = await resolved()
    expect((await stepIn(id, 'reverse')).status).toBe(201)
    expect(endOf(await until(site, runner, id, ['closed'])).outcome).toBe('undone')
    const late = await resolvedAnew()
    site.tick(HOUR)
    expect((await stepIn(late, 'reverse')).status).toBe(409)
  })
  test('a reverse waits for another act on the same target', async () => {
    const id = await resolved()
    site.monitor.up.clear()
    const other = await proposeFor(site, target)
    await until(site, runner, other, ['granted'])
    const reply = await stepIn(id, 'reverse')
    expect(reply.status).toBe(409)
    expect(reply.text).toContain(other)
  })
  async function resolvedAnew() {
    target = `${site.service()}-a`
    return resolved()
  }
})

test('who takes the repair takes its incident: no other repair starts', async () => {
  const [receipt] = await alert(site, [{ host: target }])
  const incident = receipt?.incident ?? ''
  await work(site)
  const id = (await incidentOf(site, incident)).proposals[0]?.id ?? ''
  await stepIn(id, 'take')
  site.tick(10_000)
  await alert(site, [{ host: target, startsAt: site.context.now() }])
  await work(site)
  expect(await incidentOf(site, incident)).toMatchObject({
    takenBy: 'bob',
    proposals: [{ outcome: 'taken' }],
  })
})
