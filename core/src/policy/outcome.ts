/** The lattice of outcomes: the stricter of two always wins, so the order of clauses cannot matter. */
import { OUTCOMES, type Outcome } from './policy.ts'

const RANK: Readonly<Record<Outcome, number>> = { auto: 0, confirm: 1, authorize: 2, observe: 3, refuse: 4 }

export function stricter(a: Outcome, b: Outcome): Outcome {
  return RANK[a] >= RANK[b] ? a : b
}

/** Below zero where `a` is milder than `b`. */
export function compareOutcomes(a: Outcome, b: Outcome): number {
  return RANK[a] - RANK[b]
}

export function isOutcome(text: string): text is Outcome {
  return OUTCOMES.some((outcome) => outcome === text)
}
