/** Rows about taking a step back. */
import { expect, test } from 'vitest'
import { TargetMoved } from '../driver.ts'
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

  test('undo with what was seen after the step takes it back', async () => {
    const before = await bench.look()
    const artefact = bench.artefactOf(before)
    await bench.apply(before)
    const { now } = await bench.settled(before)
    const after = JSON.parse(JSON.stringify(now))
    await bench.driver.undo(bench.step, before, artefact, AbortSignal.timeout(ROW_MS), after)
    expect((await bench.takenBack(artefact)).footprint).toEqual(before.footprint)
  })

  test('undo of a life that is over does nothing, and says moved', async ({ skip }) => {
    if (!bench.subject.relive) return skip('this system has no such thing')
    const before = await bench.look()
    const artefact = bench.artefactOf(before)
    await bench.apply(before)
    const { now: after } = await bench.settled(before)
    await bench.subject.relive()
    const [count, state] = [await bench.subject.effects(), await bench.subject.state()]
    const undo = bench.driver.undo(bench.step, before, artefact, AbortSignal.timeout(ROW_MS), after)
    expect(await bench.faultOf(undo)).toBeInstanceOf(TargetMoved)
    expect([await bench.subject.effects(), await bench.subject.state()]).toEqual([count, state])
  })
}
