/** Rows about a world that fails: no answer is ever taken for one. */
import { expect, test } from 'vitest'
import { type Bench, FAULT_MS, ROW_MS } from './bench.ts'

export function failingRows(bench: Bench): void {
  test('a target where nothing listens is a fault, never an answer', async () => {
    const before = await bench.look()
    const start = Date.now()
    await bench.faultOf(bench.driver.observe(bench.subject.unreachable, AbortSignal.timeout(ROW_MS)))
    await bench.faultOf(bench.driver.apply(bench.subject.unreachable, before, AbortSignal.timeout(ROW_MS)))
    expect(Date.now() - start).toBeLessThan(2 * FAULT_MS)
  })

  test('a target that never answers is a fault within the limit of the driver itself', async () => {
    const start = Date.now()
    await bench.faultOf(bench.driver.observe(bench.subject.silent, new AbortController().signal))
    expect(Date.now() - start).toBeLessThan(FAULT_MS)
  })

  test('an abort ends observing and applying at once', async () => {
    const before = await bench.look()
    const start = Date.now()
    await bench.faultOf(bench.driver.observe(bench.subject.silent, AbortSignal.timeout(100)))
    await bench.faultOf(bench.driver.apply(bench.subject.silent, before, AbortSignal.timeout(100)))
    await bench.faultOf(bench.driver.observe(bench.step, AbortSignal.abort()))
    expect(Date.now() - start).toBeLessThan(3000)
  })
}
