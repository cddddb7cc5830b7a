/** Who must sign: the approvers of all fired clauses together, never below the minimum that the outcome stands for. */
import { type ApproverRule, type Clause, GOVERNANCE_ROLE, type Outcome } from './policy.ts'

/** How many different people must sign at least, whatever their roles; 0 where nobody can lift the outcome. */
export function peopleFor(outcome: Outcome): number {
  if (outcome === 'authorize') return 2
  return outcome === 'confirm' ? 1 : 0
}

/** One rule per role with the largest count asked for, sorted by role. `authorize` always asks governance too. */
export function approversFor(outcome: Outcome, fired: readonly { clause: Clause }[]): ApproverRule[] {
  if (peopleFor(outcome) === 0) return []
  const counts = new Map<string, number>()
  if (outcome === 'authorize') counts.set(GOVERNANCE_ROLE, 1)
  for (const { clause } of fired)
    for (const { role, count } of clause.approvers) counts.set(role, Math.max(counts.get(role) ?? 0, count))
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([role, count]) => ({ role, count }))
}
