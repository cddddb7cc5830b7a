/** Whether enough people have signed, by the rule that decision and runner share. */
import { type Missing, missing, requirementOf } from '../approval/quorum.ts'
import type { Decision } from '../policy/decision.ts'
import type { Asking } from './proposal.ts'

/** `observe` asks as strictly as its other clauses demanded. */
export function strictness(decision: Decision): 'confirm' | 'authorize' {
  if (decision.outcome === 'authorize') return 'authorize'
  if (decision.outcome === 'observe') return decision.afterObserve ?? 'confirm'
  return 'confirm'
}

/** What is still missing before it may be granted; null when enough people signed. */
export function missingFor(asking: Asking, decision: Decision, onePerson: boolean): Missing | null {
  const required = requirementOf(strictness(decision), asking.approvers, asking.authors, onePerson)
  return missing(
    required,
    asking.acts.map(({ person, act }) => ({ person, role: act.role })),
  )
}
