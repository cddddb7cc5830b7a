/** Pure: what a unit's new state says about a step, given the state before it. */
import type { Effect } from '../driver.ts'
import type { UnitMark } from './unit-state.ts'
import type { UnitAction } from './unit-step.ts'

export type Activity = 'up' | 'down' | 'moving'

/** `moving`: starting, stopping, or waiting for systemd's own next attempt. */
export function activityOf(active: string): Activity {
  if (active === 'active') return 'up'
  return active === 'inactive' || active === 'failed' ? 'down' : 'moving'
}

/** systemd forgets the invocation of a unit that is down and that nothing needs: then it still is the same rest. */
export function isSameLife(after: UnitMark, now: UnitMark): boolean {
  if (now.invocation === after.invocation) return true
  return now.invocation === '' && activityOf(after.active) === 'down' && activityOf(now.active) === 'down'
}

export function effectOn(action: UnitAction, before: UnitMark, now: UnitMark): Effect {
  const activity = activityOf(now.active)
  if (activity === 'moving') return 'pending'
  if (action === 'stop') return activity === 'down' ? 'done' : 'not-done'
  const isNew = now.invocation !== '' && now.invocation !== before.invocation
  if (activity === 'up') return action === 'start' || isNew ? 'done' : 'not-done'
  return isNew ? 'failed' : 'not-done'
}
