/**
 * The suite that every driver passes against a real target before a runner may use it. Effects and states are read
 * at the target itself: what the driver says about its own work proves nothing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DriverFault } from '../driver.ts'
import { applyingRows } from './applying-rows.ts'
import { Bench, ROW_MS } from './bench.ts'
import { failingRows } from './failing-rows.ts'
import { sayLeftOut } from './left-out.ts'
import { refusingRows } from './refusing-rows.ts'
import { seeingRows } from './seeing-rows.ts'
import type { Subject } from './subject.ts'
import { undoingRows } from './undoing-rows.ts'

/** `leftOut`: why this machine cannot run it, if so. */
export function conformance(name: string, makeSubject: () => Promise<Subject>, leftOut?: string): void {
  describe.skipIf(sayLeftOut(name, leftOut))(`conformance of ${name}`, { timeout: ROW_MS }, () => {
    const bench = new Bench()
    let made: Subject | undefined
    beforeAll(async () => {
      made = await makeSubject()
      bench.use(made)
    }, ROW_MS)
    beforeEach(async () => await bench.subject.reset(), ROW_MS)
    afterAll(async () => await made?.close(), ROW_MS)

    seeingRows(bench)
    applyingRows(bench)
    undoingRows(bench)
    failingRows(bench)
    refusingRows(bench)

    test('nothing it returned or threw in these rows holds a secret', () => {
      const text = bench.said.map(textOf).join('\n')
      expect(bench.said.length).toBeGreaterThan(0)
      for (const secret of bench.subject.secrets)
        expect(text.includes(secret), 'a secret got out').toBe(false)
    })
  })
}

/** An error with all that a log would print of it, its causes and hint among them. */
function textOf(item: unknown): string {
  if (!(item instanceof Error)) return JSON.stringify(item)
  const hint = item instanceof DriverFault ? item.hint : ''
  return [item.stack, hint, item.cause === undefined ? '' : textOf(item.cause)].join('\n')
}
