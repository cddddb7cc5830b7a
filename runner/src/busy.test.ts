/** Two grants and one target: neither acts nor takes back while the other may be changing it. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { Report } from '@countersign/core/runner/protocol'
import { afterEach, expect, test } from 'vitest'
import { startRunner } from './main.ts'
import { fileDriver } from './testing/file-driver.ts'
import { makeSite, plannedOf, type TestSite } from './testing/site.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function started(slowMs: number): Promise<TestSite> {
  const at = await makeSite({ settings: { slowMs } })
  const running = await startRunner(at.config, {
    drivers: { file: fileDriver },
    readRunbook: (text) => ({ runbook: JSON.parse(text) as Runbook }),
    timing: { look: { first: 5, longest: 50 }, observe: 200 },
    log: () => {},
  })
  open.push(at, { close: () => running.stop() })
  return at
}

async function planned(at: TestSite, id: string) {
  at.server.give(at.planTask(id))
  return plannedOf(at, id)
}

const ended = (at: TestSite, task: string): Promise<Report> =>
  at.server.until(({ type, task: of }) => of === task && type !== 'step' && type !== 'started')
const applying = (at: TestSite, task: string) =>
  at.server.until((one) => one.task === task && one.type === 'step' && one.step.phase === 'applying')

test('takes nothing back while another grant changes the same target', async () => {
  const at = await started(200)
  at.server.give(at.executeTask('a', await planned(at, 'p')))
  await ended(at, 'a')
  at.server.give(at.executeTask('b', await planned(at, 'q')))
  await applying(at, 'b')
  const undo = { type: 'undo', grant: 'grant-of-a', because: 'no better' } as const
  at.server.give({ ...undo, id: 'u', acts: [] })
  expect(await ended(at, 'u')).toMatchObject({ complete: false, why: expect.stringMatching('BUSY') })
  expect(await ended(at, 'b')).toMatchObject({ result: 'succeeded' })
  expect(at.effects('one')).toEqual(['up', 'up'])
})

test('when silence takes back, it waits for the other grant to end', async () => {
  const at = await started(1_000)
  const undo = { notAfter: Date.now() + 3_000, onSilence: 'undo' as const }
  at.server.give(at.executeTask('a', await planned(at, 'p'), undefined, { undo }))
  await ended(at, 'a')
  at.server.give(at.executeTask('b', await planned(at, 'q')))
  await applying(at, 'b')
  at.server.word.silent = true
  await expect.poll(() => Date.now() > undo.notAfter + 100, { timeout: 5_000 }).toBe(true)
  await expect.poll(() => at.effects('one').length, { timeout: 5_000 }).toBeGreaterThan(1)
  expect(at.effects('one').slice(0, 2)).toEqual(['up', 'up'])
}, 20_000)

test('a target whose last effect nobody has seen stays busy until it was looked at', async () => {
  const at = await started(300)
  const [first, second] = [await planned(at, 'p'), await planned(at, 'q')]
  const away = join(at.folder, 'one.target.unreachable')
  at.server.give(at.executeTask('a', first))
  await applying(at, 'a')
  writeFileSync(away, '')
  await at.server.until((one) => one.type === 'step' && one.step.phase === 'unknown')
  at.server.give({ type: 'stop', id: 's', grant: 'grant-of-a', because: 'enough' })
  expect(await ended(at, 'a')).toMatchObject({ result: 'unknown' })
  at.server.give({ type: 'settled', id: 't', grant: 'grant-of-a' })
  await ended(at, 't')
  at.server.give(at.executeTask('b', second))
  expect(await ended(at, 'b')).toMatchObject({ type: 'not-started', refused: { code: 'BUSY' } })
  rmSync(away)
  let round = 0
  await expect
    .poll(
      async () => {
        const id = `c${round++}`
        at.server.give(at.executeTask(id, second))
        return ended(at, id)
      },
      { timeout: 5_000 },
    )
    .toMatchObject({ type: 'finished', result: 'succeeded' })
}, 20_000)
