/** Rows about observing and drafting: they read, and change nothing. */
import { expect, test } from 'vitest'
import type { Bench } from './bench.ts'

export function seeingRows(bench: Bench): void {
  test('observed twice, an untouched target has the same footprint', async () => {
    const [first, second] = [await bench.look(), await bench.look()]
    expect(second.footprint).toEqual(first.footprint)
    expect(second.serving.known).toBe(true)
  })

  test('observing and drafting change nothing', async () => {
    const [count, state] = [await bench.subject.effects(), await bench.subject.state()]
    bench.driver.draft(bench.step, await bench.look())
    expect([await bench.subject.effects(), await bench.subject.state()]).toEqual([count, state])
  })

  test('a draft is pure: the same observation gives the same draft, in integers, and neither is changed', async () => {
    const seen = await bench.look()
    const before = JSON.stringify([bench.step, seen])
    const draft = bench.driver.draft(deepFrozen(bench.step), deepFrozen(seen))
    bench.said.push(draft)
    expect(bench.driver.draft(bench.step, JSON.parse(JSON.stringify(seen)))).toEqual(draft)
    expect(JSON.stringify([bench.step, seen])).toBe(before)
    expect(isIntegral([draft, seen])).toBe(true)
    expect(draft.diff.length).toBeGreaterThan(0)
    expect(draft.limits).toEqual([])
  })
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(Object.freeze(value))) deepFrozen(part)
  return value
}

function isIntegral(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isIntegral)
}
