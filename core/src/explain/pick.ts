/** Finds entries by type in the life of one proposal or incident. */
import type { Told } from './look.ts'

export function last(life: readonly Told[], type: string): Told | null {
  return life.findLast((entry) => entry.type === type) ?? null
}

export function all(life: readonly Told[], type: string): Told[] {
  return life.filter((entry) => entry.type === type)
}

/** The entries since the plan was last made anew: what came before it rests on a plan that no longer holds. */
export function sinceVoid(life: readonly Told[]): readonly Told[] {
  return life.slice(life.findLastIndex((entry) => entry.type === 'voided' || entry.type === 'observed') + 1)
}
