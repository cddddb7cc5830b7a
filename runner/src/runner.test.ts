import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { subjectDigest } from '@countersign/core/act/subject'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { Report } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import { afterEach, expect, test } from 'vitest'
import { type Running, startRunner } from './main.ts'
import type { Timing } from './perform/workshop.ts'
import { fileDriver } from './testing/file-driver.ts'
import { signAct } from './testing/people.ts'
import { makeSite, plannedOf, type TestSite } from './testing/site.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function site(options: Parameters<typeof makeSite>[0] = {}): Promise<TestSite> {
  const made = await makeSite(options)
  open.push(made)
  return made
}

async function run({ config }: TestSite, timing: Partial<Timing> = {}): Promise<Running> {
  const running = await startRunner(config, {
    drivers: { file: fileDriver },
    readRunbook: (text) => ({ runbook: JSON.parse(text) as Runbook }),
    timing: { look: { first: 5, longest: 50 }, ...timing },
    log: () => {},
  })
  open.push({ close: () => running.stop() })
  return running
}

const ended = (at: TestSite, task: string): Promise<Report> =>
  at.server.until(({ type, task: of }) => of === task && type !== 'step' && type !== 'started')

async function planned(at: TestSite) {
  at.server.give(at.planTask('p'))
  return plannedOf(at, 'p')
}

test('plans, and carries out what two people signed, once', async () => {
  const at = await site({ steps: 2 })
  await run(at)
  const plan = await planned(at)
  expect(plan.plan).toMatchObject({
    scope: { targets: 2, remainingDuring: 1, remainingAfter: 2 },
    limits: [],
  })
  expect(at.effects('one')).toEqual([])
  at.server.give(at.executeTask('e', plan))
  expect(await ended(at, 'e')).toMatchObject({ type: 'finished', result: 'succeeded' })
  expect([at.effects('one'), at.effects('two')]).toEqual([['up'], ['up']])
  expect(at.server.faults).toEqual([])
})

test('uses a grant once, also under another task and after a restart', async () => {
  const at = await site()
  const first = await run(at)
  const task = at.executeTask('e', await planned(at))
  at.server.give(task)
  await ended(at, 'e')
  at.server.give({ ...task, id: 'again' })
  expect(await ended(at, 'again')).toMatchObject({ type: 'not-started', refused: { code: 'GRANT_USED' } })
  await first.stop()
  await run(at)
  at.server.give({ ...task, id: 'later' })
  expect(await ended(at, 'later')).toMatchObject({ refused: { code: 'GRANT_USED' } })
  expect(at.effects('one')).toEqual(['up'])
})

test('does nothing on the server’s word or one signature, and within the envelope alone', async () => {
  const at = await site()
  const first = await run(at)
  const plan = await planned(at)
  at.server.give(at.executeTask('one', plan, [at.bob], { outcome: 'confirm' }))
  expect(await ended(at, 'one')).toMatchObject({ refused: { code: 'SIGNATURES_MISSING' } })
  at.server.give(at.executeTask('none', plan, []))
  expect(await ended(at, 'none')).toMatchObject({ refused: { code: 'RUNBOOK_NOT_ALLOWED' } })
  await first.stop()
  const rule = { runbook: 'change', digest: at.runbook.digest, targets: ['one'], concurrency: 1, floor: 1 }
  const rate = { acts: 1, within: 3_600_000 }
  const preconditions = [{ field: 'value', equals: ['old'] }]
  at.config.unsigned = [{ ...rule, rate, preconditions }]
  await run(at)
  at.server.give(at.executeTask('now', plan, []))
  expect(await ended(at, 'now')).toMatchObject({ type: 'finished', result: 'succeeded' })
  at.server.give(at.executeTask('more', plan, []))
  expect(await ended(at, 'more')).toMatchObject({ refused: { code: 'RATE_EXCEEDED' } })
  expect(at.effects('one')).toEqual(['up'])
})

test('looks again right before the act, and uses up the grant when the target moved', async () => {
  const at = await site()
  await run(at)
  const task = at.executeTask('e', await planned(at))
  const file = join(at.folder, 'one.target')
  writeFileSync(file, 'other\n')
  at.server.give(task)
  expect(await ended(at, 'e')).toMatchObject({ type: 'not-started', refused: { code: 'STATE_MOVED' } })
  writeFileSync(file, 'old\n')
  at.server.give({ ...task, id: 'again' })
  expect(await ended(at, 'again')).toMatchObject({ refused: { code: 'GRANT_USED' } })
  expect(at.effects('one')).toEqual([])
})

test('takes back what it did when a step does not work, newest first', async () => {
  const at = await site({ steps: 2 })
  at.config.targets[1]!.settings = { broken: true }
  await run(at)
  at.server.give(at.executeTask('e', await planned(at)))
  expect(await ended(at, 'e')).toMatchObject({ type: 'finished', result: 'undone' })
  expect([at.effects('one'), at.effects('two')]).toEqual([
    ['up', 'undone old'],
    ['up', 'undone old'],
  ])
  const undone = at.server.reports.flatMap((one) =>
    one.type === 'step' ? [`${one.step.step} ${one.step.phase}`] : [],
  )
  expect(undone.slice(-2)).toEqual(['two undone', 'one undone'])
})

test('undoes on request within the right, and afterwards only with people', async () => {
  const at = await site()
  await run(at)
  at.server.give(at.executeTask('e', await planned(at)))
  await ended(at, 'e')
  const undo = { type: 'undo', grant: 'grant-of-e', because: 'no better', acts: [] } as const
  at.server.give({ type: 'settled', id: 's', grant: 'grant-of-e' })
  await ended(at, 's')
  at.server.give({ ...undo, id: 'u1', acts: [] })
  expect(await ended(at, 'u1')).toMatchObject({
    type: 'undone',
    complete: false,
    why: expect.stringMatching('NOT_GRANTED'),
  })
  const subject = subjectDigest(digestOf, 'reverse', { grant: 'grant-of-e', reason: 'no better' })
  const act = {
    act: 'reverse',
    subject,
    site: at.config.trust.genesis,
    notAfter: Date.now() + 60_000,
  } as const
  at.server.give({ ...undo, id: 'u2', acts: [signAct(at.ann, act)] })
  expect(await ended(at, 'u2')).toMatchObject({ type: 'undone', complete: true })
  expect(at.effects('one')).toEqual(['up', 'undone old'])
})

test('undoes after the right has ended only with as many people as the act takes', async () => {
  const at = await site()
  await run(at)
  const right = { notAfter: Date.now() + 500, onSilence: 'hand-over' as const }
  at.server.give(at.executeTask('e', await planned(at), undefined, { undo: right }))
  await ended(at, 'e')
  await expect.poll(() => Date.now() > right.notAfter).toBe(true)
  const undo = { type: 'undo', grant: 'grant-of-e', because: 'too late' } as const
  const subject = subjectDigest(digestOf, 'reverse', { grant: 'grant-of-e', reason: 'too late' })
  const act = {
    act: 'reverse',
    subject,
    site: at.config.trust.genesis,
    notAfter: Date.now() + 60_000,
  } as const
  at.server.give({ ...undo, id: 'u1', acts: [signAct(at.ann, act)] })
  expect(await ended(at, 'u1')).toMatchObject({ complete: false, why: expect.stringMatching('missing') })
  at.server.give({ ...undo, id: 'u2', acts: [signAct(at.ann, act), signAct(at.bob, act)] })
  expect(await ended(at, 'u2')).toMatchObject({ type: 'undone', complete: true })
})

test('does what the grant says of silence once the right ends without a word', async () => {
  const at = await site()
  await run(at)
  const undo = { notAfter: Date.now() + 1_500, onSilence: 'undo' as const }
  at.server.give(at.executeTask('e', await planned(at), undefined, { undo }))
  await ended(at, 'e')
  at.server.word.silent = true
  await expect.poll(() => at.effects('one'), { timeout: 5_000 }).toEqual(['up', 'undone old'])
  at.server.word.silent = false
  expect(await at.server.until(({ type }) => type === 'undone')).toMatchObject({ complete: true })
})

test('stops between two steps for the hold file, and starts nothing while it is there', async () => {
  const at = await site({ steps: 2, settings: { slowMs: 100 } })
  const running = await run(at)
  const plan = await planned(at)
  at.server.give(at.executeTask('e', plan))
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'applying')
  running.hold('rehearsal')
  expect(await ended(at, 'e')).toMatchObject({ type: 'finished', result: 'stopped' })
  expect([at.effects('one'), at.effects('two')]).toEqual([['up'], []])
  at.server.give(at.executeTask('held', plan))
  expect(await ended(at, 'held')).toMatchObject({ refused: { code: 'HELD' } })
  expect(existsSync(at.config.holdFile)).toBe(true)
})

test.each(['abort', 'reverse'] as const)('heeds the word %s between two steps', async (how) => {
  const at = await site({ steps: 2, settings: { slowMs: 150 } })
  await run(at)
  at.server.give(at.executeTask('e', await planned(at)))
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'applying')
  at.server.word.stop = [{ grant: 'grant-of-e', how }]
  expect(await ended(at, 'e')).toMatchObject({ result: how === 'abort' ? 'stopped' : 'undone' })
  expect(at.effects('one')).toEqual(how === 'abort' ? ['up'] : ['up', 'undone old'])
  expect(at.effects('two')).toEqual([])
})

test('finishes the step at hand and starts none when the server falls silent', async () => {
  const at = await site({ steps: 2, settings: { slowMs: 400 } })
  await run(at, { silence: 200 })
  at.server.give(at.executeTask('e', await planned(at)))
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'applying')
  at.server.word.silent = true
  await expect.poll(() => at.effects('one'), { timeout: 5_000 }).toEqual(['up'])
  await new Promise((resolve) => setTimeout(resolve, 900))
  at.server.word.silent = false
  expect(await ended(at, 'e')).toMatchObject({ result: 'stopped', why: expect.stringMatching('no word') })
  expect(at.effects('two')).toEqual([])
})

test('refuses plans and grants while the clocks disagree, and goes on by itself when they agree', async () => {
  const at = await site()
  await run(at)
  const task = at.executeTask('e', await planned(at))
  at.server.word.clockOff = 600_000
  at.server.give(at.planTask('skewed'))
  expect(await ended(at, 'skewed')).toMatchObject({ type: 'not-planned', refused: { code: 'CLOCK_OFF' } })
  at.server.give({ ...task, id: 'off' })
  expect(await ended(at, 'off')).toMatchObject({ type: 'not-started', refused: { code: 'CLOCK_OFF' } })
  at.server.word.clockOff = 0
  at.server.give(task)
  expect(await ended(at, 'e')).toMatchObject({ type: 'finished', result: 'succeeded' })
})

test('calls a step that nobody can look at unknown until it was observed', async () => {
  const at = await site({ settings: { slowMs: 300 } })
  await run(at, { observe: 200 })
  const away = join(at.folder, 'one.target.unreachable')
  at.server.give(at.executeTask('e', await planned(at)))
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'applying')
  writeFileSync(away, '')
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'unknown')
  expect(at.server.reports.some(({ type }) => type === 'finished')).toBe(false)
  rmSync(away)
  // The fault kept it from taking effect, which only the observation could tell.
  expect(await ended(at, 'e')).toMatchObject({ type: 'finished' })
})

test.each([
  {
    name: 'a runbook that nobody signed',
    change: (r: never) => ({ ...(r as object), acts: [] }),
    code: 'RUNBOOK_NOT_PUBLISHED',
  },
  {
    name: 'a text with another digest',
    change: (r: never) => ({ ...(r as object), text: '{}' }),
    code: 'RUNBOOK_NOT_PUBLISHED',
  },
])('makes no plan from $name', async ({ change, code }) => {
  const at = await site()
  await run(at)
  const task = at.planTask('p')
  if (task.type !== 'plan') return
  const runbook = change(task.request.runbook as never) as typeof task.request.runbook
  at.server.give({ ...task, request: { ...task.request, runbook } })
  expect(await ended(at, 'p')).toMatchObject({ type: 'not-planned', refused: { code } })
})

test('puts a floor that would be broken into the plan as a hard limit', async () => {
  const at = await site()
  await run(at)
  at.server.give(at.planTask('p', { floors: { shop: 2 } }))
  const plan = await plannedOf(at, 'p')
  expect(plan.plan.limits).toMatchObject([{ id: 'floor', limit: '2', actual: '1' }])
  at.server.give(at.executeTask('e', plan))
  expect(await ended(at, 'e')).toMatchObject({ refused: { code: 'LIMIT_HIT' } })
})

test.each([
  { name: 'parameters that are not declared', parameters: { colour: 'red' } },
  { name: 'parameters of another type', parameters: { value: 5 } },
])('makes no plan from $name', async ({ parameters }) => {
  const at = await site()
  await run(at)
  at.server.give(at.planTask('p', { parameters }))
  expect(await ended(at, 'p')).toMatchObject({ refused: { code: 'BAD_PARAMETERS' } })
})

test('sends its receipts again until they are acknowledged', async () => {
  const at = await site()
  await run(at)
  const task = at.executeTask('e', await planned(at))
  at.server.word.deaf = true
  at.server.give(task)
  await expect.poll(() => at.effects('one')).toEqual(['up'])
  expect(at.server.reports.some(({ type }) => type === 'started')).toBe(false)
  at.server.word.deaf = false
  expect(await ended(at, 'e')).toMatchObject({ result: 'succeeded' })
  expect(at.server.faults).toEqual([])
  expect(at.effects('one')).toEqual(['up'])
})

test('tells a server that was restored from an old backup again what it has lost', async () => {
  const at = await site()
  await run(at)
  at.server.give(at.executeTask('e', await planned(at)))
  await ended(at, 'e')
  const before = [...at.server.reports]
  at.server.restore(1)
  at.server.give(at.planTask('later'))
  await ended(at, 'later')
  expect(at.server.reports.slice(0, before.length)).toEqual(before)
  expect(at.server.faults).toEqual([])
  expect(at.effects('one')).toEqual(['up'])
})
