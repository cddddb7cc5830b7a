/** How many members of a service keep serving while a step runs: observed by this runner, over the targets it owns. */
import type { OwnedTarget } from '@countersign/core/runner/config'
import type { Observation, StepDraft } from '@countersign/drivers/driver'
import { type Hand, observe } from '../target.ts'

/** `now`, `during` and `after` count members of the whole service; null where one could not be observed. */
export type Serving = { now: number; during: number; after: number } | null

/** Other targets of the same service and driver are observed as this one was. */
export async function servingOf(
  hand: Hand,
  seen: Observation,
  draft: Pick<StepDraft, 'remaining'>,
  targets: readonly OwnedTarget[],
  timeoutMs: number,
): Promise<Serving> {
  if (!seen.serving.known) return null
  const { id, service, driver } = hand.target
  const others = targets.filter((one) => one.id !== id && one.service === service && one.driver === driver)
  const counts = await Promise.all(others.map((other) => countOf(hand, other, timeoutMs)))
  let elsewhere = 0
  for (const count of counts) {
    if (count === null) return null
    elsewhere += count
  }
  return {
    now: elsewhere + seen.serving.now,
    during: elsewhere + (draft.remaining?.during ?? 0),
    after: elsewhere + (draft.remaining?.after ?? 0),
  }
}

async function countOf(hand: Hand, other: OwnedTarget, timeoutMs: number): Promise<number | null> {
  const { id, address, settings } = other
  try {
    const step = { ...hand.step, target: { id, address, settings } }
    const { serving } = await observe({ ...hand, target: other, step }, timeoutMs)
    return serving.known ? serving.now : null
  } catch {
    return null
  }
}

/** The floor is hit where the step takes a serving member away and too few remain. Repairing a dead one takes none. */
export function hitsFloor(serving: Serving, floor: number): boolean {
  if (serving === null) return false
  return serving.during < floor && serving.during < serving.now
}
