/** What a runner makes no plan of, although somebody published it. */
import type { Runbook } from '@countersign/core/runbook/runbook'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Running, startRunner } from '../main.ts'
import { fileDriver } from '../testing/file-driver.ts'
import { makeSite, type TestSite } from '../testing/site.ts'

let at: TestSite
let running: Running | null = null
beforeEach(async () => {
  at = await makeSite()
})
afterEach(async () => {
  await running?.stop()
  running = null
  await at.close()
})

/** The answer to a request for a plan from that runbook. */
async function answerTo(change: (runbook: Runbook) => Partial<Runbook>, parameters: object = {}) {
  running = await startRunner(at.config, {
    drivers: { file: fileDriver },
    readRunbook: (text) => {
      const runbook = JSON.parse(text) as Runbook
      return { runbook: { ...runbook, ...change(runbook) } }
    },
    log: () => {},
  })
  at.server.give(at.planTask('p', { parameters }))
  return at.server.until(({ task }) => task === 'p')
}

const step = (id: string, action: 'bump' | 'set') => ({
  id,
  uses: `file.${action}`,
  target: 'one',
  with: { value: '${value}' },
})
const bad = (says: RegExp) => ({
  type: 'not-planned',
  refused: { code: 'BAD_PARAMETERS', says: expect.stringMatching(says) },
})

test('a recipe that carries a step of another kind than it says', async () => {
  const answer = await answerTo(() => ({ steps: [step('one', 'bump'), step('two', 'set')] }))
  expect(answer).toMatchObject(bad(/says service.restart \(service\), its steps are .*dns.change/))
})

test('a plan that is larger than a report can carry', async () => {
  const steps = Array.from({ length: 200 }, (_, index) => step(`s${index}`, 'bump'))
  const answer = await answerTo(() => ({ steps }), { value: 'x'.repeat(1_500) })
  expect(answer).toMatchObject(bad(/bytes large/))
})

const value = { says: 'the value' }
test.each([
  { name: 'a service of another runner', type: 'service', given: 'mail', says: /no service "mail"/ },
  { name: 'a control character', type: 'text', given: 'a\u0000b', says: /control characters/ },
  { name: 'a long text', type: 'text', given: 'x'.repeat(2_001), says: /1 to 2000 characters/ },
  { name: 'a long text for a pattern', type: 'text', pattern: 'x*', given: 'x'.repeat(257), says: /256/ },
  { name: 'an empty list', type: 'text-list', given: [], says: /not empty/ },
] as const)('$name', async ({ name: _, type, given, says, ...more }) => {
  const answer = await answerTo(() => ({ parameters: { value: { type, ...value, ...more } } }), {
    value: given,
  })
  expect(answer).toMatchObject(bad(says))
})

test('a target of another runner', async () => {
  const answer = await answerTo(() => ({ parameters: { value: { type: 'target', ...value } } }), {
    value: 'three',
  })
  expect(answer).toMatchObject({ refused: { code: 'NOT_MY_TARGET' } })
})

test('what only looks like a parameter', async () => {
  const answer = await answerTo(() => ({
    steps: [{ ...step('one', 'bump'), with: { value: '${constructor}' } }],
  }))
  expect(answer).toMatchObject(bad(/has no value/))
})
