/** Preconditions as observed. A field that the driver does not report makes the condition unknown, never true. */
import type { Condition } from '@countersign/core/plan/plan'
import type { Precondition } from '@countersign/core/runbook/runbook'
import type { Observation } from '@countersign/drivers/driver'

export function conditionsOf(
  declared: readonly Precondition[],
  step: string,
  seen: Observation,
): Condition[] {
  return declared
    .filter((one) => one.step === step)
    .map(({ id, says, field, equals }) => ({ id, says, holds: holds(seen, field, equals) }))
}

export function holds(seen: Observation, field: string, equals: readonly string[]): Condition['holds'] {
  const value = Object.hasOwn(seen.fields, field) ? seen.fields[field] : undefined
  if (value === undefined) return 'unknown'
  return equals.includes(value) ? 'yes' : 'no'
}
