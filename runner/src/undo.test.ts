/** What bounds taking back: the life that our own act made, and the floor of the service. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { subjectDigest } from '@countersign/core/act/subject'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { Report } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Driver } from '@countersign/drivers/driver'
import { afterEach, expect, test } from 'vitest'
import { startRunner } from './main.ts'
import { fileDriver } from './testing/file-driver.ts'
import { signAct } from './testing/people.ts'
import { makeSite, plannedOf, type TestSite } from './testing/site.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const ended = (at: TestSite, task: string): Promise<Report> =>
  at.server.until(({ type, task: of }) => of === task && type !== 'step' && type !== 'started')

async function run(at: TestSite, driver: Driver) {
  const running = await startRunner(at.config, {
    drivers: { file: driver },
    readRunbook: (text) => ({ runbook: JSON.parse(text) as Runbook }),
    timing: { look: { first: 5, longest: 50 } },
    log: () => {},
  })
  open.push({ close: () => running.stop() })
  return running
}

/** Carried out, and the runner restarted: what an undo is bound to stands in the journal. */
async function carriedOut(driver: Driver, floors: object = {}): Promise<TestSite> {
  const at = await makeSite()
  open.push(at)
  const first = await run(at, driver)
  at.server.give(at.planTask('p', { floors }))
  at.server.give(at.executeTask('e', await plannedOf(at, 'p')))
  expect(await ended(at, 'e')).toMatchObject({ result: 'succeeded' })
  await first.stop()
  await run(at, driver)
  return at
}

const undo = { type: 'undo', grant: 'grant-of-e', because: 'no better' } as const

test('leaves a life alone that somebody else has begun since', async () => {
  const at = await carriedOut(fileDriver)
  appendFileSync(join(at.folder, 'one.target'), 'up\n')
  at.server.give({ ...undo, id: 'u', acts: [] })
  expect(await ended(at, 'u')).toMatchObject({
    complete: false,
    why: expect.stringMatching('someone else wrote since'),
  })
  expect(at.effects('one')).toEqual(['up', 'up'])
})

test('takes back the life that it made itself', async () => {
  const at = await carriedOut(fileDriver)
  at.server.give({ ...undo, id: 'u', acts: [] })
  expect(await ended(at, 'u')).toMatchObject({ complete: true })
})

/** It serves only after our act, so that an undo takes a serving member away. */
const reviving: Driver = {
  ...fileDriver,
  async observe(step, signal) {
    const seen = await fileDriver.observe(step, signal)
    return { ...seen, serving: { now: seen.fields['last'] === 'up' ? 1 : 0, known: true } }
  },
}

test('hands over an undo that would break the floor, and does it once a person has signed', async () => {
  const at = await carriedOut(reviving, { shop: 1 })
  at.server.give({ ...undo, id: 'u', acts: [] })
  expect(await ended(at, 'u')).toMatchObject({
    complete: false,
    why: expect.stringMatching('expected at least 1 members to keep serving, got 0'),
  })
  expect(at.effects('one')).toEqual(['up'])
  const subject = subjectDigest(digestOf, 'reverse', { grant: 'grant-of-e', reason: 'no better' })
  const site = at.config.trust.genesis
  const act = { act: 'reverse', subject, site, notAfter: Date.now() + 60_000 } as const
  at.server.give({ ...undo, id: 'signed', acts: [signAct(at.ann, act)] })
  expect(await ended(at, 'signed')).toMatchObject({ complete: true })
  expect(at.effects('one')).toEqual(['up', 'undone old'])
})

test('a signature that is there from the start is enough', async () => {
  const at = await carriedOut(reviving, { shop: 1 })
  const subject = subjectDigest(digestOf, 'reverse', { grant: 'grant-of-e', reason: 'no better' })
  const site = at.config.trust.genesis
  const act = { act: 'reverse', subject, site, notAfter: Date.now() + 60_000 } as const
  at.server.give({ ...undo, id: 'u', acts: [signAct(at.ann, act)] })
  expect(await ended(at, 'u')).toMatchObject({ complete: true })
})
