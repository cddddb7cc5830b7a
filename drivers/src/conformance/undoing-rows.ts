/** Rows about taking a step back. */
import { expect, test } from 'vitest'
import { type Bench, ROW_MS } from './bench.ts'

export function undoingRows(bench: Bench): void {
  test('undo brings back state and footprint', async () => {
    const before = await bench.look()
    const state = await bench.subject.state()
    const artefact = bench.artefactOf(before)
    await bench.apply(before)
    await bench.settled(before)
    await bench.driver.undo(bench.step, before, artefact, AbortSignal.timeout(ROW_MS))
    const now = await bench.takenBack(artefact)
    expect(now.footprint).toEqual(before.footprint)
    expect(await bench.subject.state()).toBe(state)
  })

  test('undone twice, it is taken back once', async () => {
    const before = await bench.look()
    const artefact = bench.artefactOf(before)
    await bench.apply(before)
    await bench.settled(before)
    await bench.driver.undo(bench.step, before, artefact, AbortSignal.timeout(ROW_MS))
    await bench.takenBack(artefact)
    const [count, state] = [await bench.subject.effects(), await bench.subject.state()]
    await bench.quietly(
      bench.driver.undo(
        bench.step,
        before,
        JSON.parse(JSON.stringify(artefact)),
        AbortSignal.timeout(ROW_MS),
      ),
    )
    await bench.takenBack(artefact)
    expect([await bench.subject.effects(), await bench.subject.state()]).toEqual([count, state])
  })
}
