/** Rows about applying: once, exactly as planned, or not at all. */
import { expect, test } from 'vitest'
import type { Bench } from './bench.ts'

export function applyingRows(bench: Bench): void {
  test('apply has its effect, verify sees it, and the draft predicted the footprint', async () => {
    const before = await bench.look()
    const count = await bench.subject.effects()
    const { predicted } = bench.driver.draft(bench.step, before)
    expect(bench.driver.verify(bench.step, before, before)).toBe('not-done')
    await bench.apply(before)
    const { effect, now } = await bench.settled(before)
    expect(effect).toBe('done')
    expect(now.footprint).toEqual(predicted)
    expect(await bench.subject.effects()).toBe(count + 1)
  })

  test('applied twice with the same observation, it has its effect once', async () => {
    const before = await bench.look()
    const count = await bench.subject.effects()
    await bench.apply(before)
    await bench.quietly(bench.apply(JSON.parse(JSON.stringify(before))))
    expect((await bench.settled(before)).effect).toBe('done')
    expect(await bench.subject.effects()).toBe(count + 1)
  })

  test('applied twice at the same time, it has its effect once', async () => {
    const before = await bench.look()
    const count = await bench.subject.effects()
    await Promise.all([bench.quietly(bench.apply(before)), bench.quietly(bench.apply(before))])
    expect((await bench.settled(before)).effect).toBe('done')
    expect(await bench.subject.effects()).toBe(count + 1)
  })

  test('cut off in the middle and repeated, it has its effect once', async () => {
    const before = await bench.look()
    const count = await bench.subject.effects()
    await bench.quietly(bench.apply(before, AbortSignal.timeout(bench.subject.cutAfterMs)))
    await bench.quietly(bench.apply(before))
    expect((await bench.settled(before)).effect).toBe('done')
    expect(await bench.subject.effects()).toBe(count + 1)
  })

  test('with a stale observation, it does nothing', async () => {
    const before = await bench.look()
    await bench.subject.disturb()
    const [count, state] = [await bench.subject.effects(), await bench.subject.state()]
    await bench.quietly(bench.apply(before))
    expect([await bench.subject.effects(), await bench.subject.state()]).toEqual([count, state])
  })

  test('an effect that does not work is failed, not done', async ({ skip }) => {
    if (!bench.subject.spoil) return skip('this system has no such thing')
    await bench.subject.spoil()
    const before = await bench.look()
    await bench.quietly(bench.apply(before))
    expect((await bench.settled(before)).effect).toBe('failed')
  })
}
