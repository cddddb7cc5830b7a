/** A runner that was killed between the journal line and the effect, and what speaks against going on by then. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grant } from '@countersign/core/grant/grant'
import { readSignedGrant } from '@countersign/core/grant/read-grant'
import type { Json } from '@countersign/core/kernel/json'
import type { Runbook } from '@countersign/core/runbook/runbook'
import { afterEach, expect, test } from 'vitest'
import { openJournal } from './journal/journal.ts'
import { startRunner } from './main.ts'
import { fileDriver } from './testing/file-driver.ts'
import { makeSite, plannedOf, type TestSite } from './testing/site.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function run({ config }: TestSite) {
  const running = await startRunner(config, {
    drivers: { file: fileDriver },
    readRunbook: (text) => ({ runbook: JSON.parse(text) as Runbook }),
    timing: { look: { first: 5, longest: 50 } },
    log: () => {},
  })
  open.push({ close: () => running.stop() })
  return running
}

/** The grant stands in the journal as used, the step as `applying`; nothing has reached the target. */
async function crashed(changes: Partial<Grant> = {}): Promise<TestSite> {
  const at = await makeSite()
  open.push(at)
  const first = await run(at)
  at.server.give(at.planTask('p'))
  const plan = await plannedOf(at, 'p')
  await first.stop()
  const task = at.executeTask('e', plan, undefined, changes)
  const read = readSignedGrant((task.type === 'execute' ? task.grant : null) as unknown as Json)
  const [target] = at.config.targets
  if ('refused' in read || target === undefined) throw new Error('the site is not as expected')
  const before = await fileDriver.observe({ action: 'bump', target, with: {} }, AbortSignal.timeout(1_000))
  const journal = openJournal(at.config.state, () => ({ at: Date.now(), sure: true }))
  journal.append({ type: 'granted', task: 'e', plan, grant: read.signed, by: 'people' })
  journal.append({ type: 'applying', grant: 'grant-of-e', step: 'one', before })
  journal.close()
  return at
}

const finished = (at: TestSite) => at.server.until((one) => one.task === 'e' && one.type === 'finished')

test('begins the step anew where nothing speaks against it', async () => {
  const at = await crashed()
  await run(at)
  expect(await finished(at)).toMatchObject({ result: 'succeeded' })
  expect(at.effects('one')).toEqual(['up'])
})

test('does not begin it anew under a grant that has expired meanwhile', async () => {
  const at = await crashed({ notAfter: Date.now() - 1_000 })
  await run(at)
  expect(await finished(at)).toMatchObject({
    result: 'stopped',
    why: expect.stringMatching('the grant held until'),
  })
  expect(at.effects('one')).toEqual([])
})

test.each(['hold', 'abort', 'reverse'] as const)('waits for the server’s word and heeds %s', async (how) => {
  const at = await crashed()
  at.server.word.stop = [{ grant: 'grant-of-e', how }]
  await run(at)
  await finished(at)
  expect(at.effects('one').filter((line) => line === 'up')).toEqual([])
})

test('does not begin it anew on a clock that the server contradicts', async () => {
  const at = await crashed()
  at.server.word.clockOff = 600_000
  await run(at)
  expect(await finished(at)).toMatchObject({ result: 'stopped', why: expect.stringMatching('clock') })
  expect(at.effects('one')).toEqual([])
})

test('keeps looking where it sees nothing, and then asks the hold file', async () => {
  const at = await crashed()
  const away = join(at.folder, 'one.target.unreachable')
  writeFileSync(away, '')
  writeFileSync(at.config.holdFile, 'rehearsal\n')
  await run(at)
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'unknown')
  expect(at.server.reports.some(({ type }) => type === 'finished')).toBe(false)
  rmSync(away)
  expect(await finished(at)).toMatchObject({ result: 'stopped', why: expect.stringMatching('hold file') })
  expect(at.effects('one')).toEqual([])
})
