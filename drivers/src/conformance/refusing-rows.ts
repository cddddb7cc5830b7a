/** Rows about what is refused before anything reaches the target. */
import { expect, test } from 'vitest'
import { BadStep } from '../driver.ts'
import { type Bench, FAULT_MS, ROW_MS } from './bench.ts'

export function refusingRows(bench: Bench): void {
  test('a hard limit shows in the draft, and apply refuses it too', async () => {
    for (const { step: over, limit } of bench.subject.limited) {
      const before = await bench.look(over)
      const count = await bench.subject.effects()
      const draft = bench.driver.draft(over, before)
      bench.said.push(draft)
      expect(draft.limits.map(({ id }) => id)).toContain(limit)
      expect(
        await bench.faultOf(bench.driver.apply(over, before, AbortSignal.timeout(ROW_MS))),
      ).toBeInstanceOf(BadStep)
      expect(await bench.subject.effects()).toBe(count)
    }
  })

  test('a step that is wrong in itself is refused before anything is sent', async () => {
    const before = await bench.look()
    const count = await bench.subject.effects()
    for (const { what, step: bad } of bench.subject.bad) {
      expect(
        await bench.faultOf(bench.driver.observe(bad, AbortSignal.timeout(FAULT_MS))),
        what,
      ).toBeInstanceOf(BadStep)
      expect(() => bench.driver.draft(bad, before), what).toThrow(BadStep)
      expect(
        await bench.faultOf(bench.driver.apply(bad, before, AbortSignal.timeout(FAULT_MS))),
        what,
      ).toBeInstanceOf(BadStep)
    }
    expect(await bench.subject.effects()).toBe(count)
  })
}
