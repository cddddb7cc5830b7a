/** Whether enough people have signed, by the rule that decision and runner share. */
import { type Missing, missing, requirementOf, type SignedOutcome } from '../approval/quorum.ts'
import type { Plan } from '../plan/plan.ts'
import type { Decision } from '../policy/decision.ts'
import type { Asking } from './proposal.ts'

/** The stricter of what policy decided and what the runner will demand anyway; `none`: it may run unsigned. */
export function strictness(decision: Decision, plan: Plan): 'none' | SignedOutcome {
  const [policy, runner] = [decidedStrictness(decision), plan.demands.signatures]
  if (policy === 'authorize' || runner === 'authorize') return 'authorize'
  return policy === 'confirm' || runner === 'confirm' ? 'confirm' : 'none'
}

/** `observe` asks as strictly as its other clauses demanded. */
function decidedStrictness({ outcome, afterObserve }: Decision): 'none' | SignedOutcome {
  if (outcome === 'auto') return 'none'
  if (outcome === 'authorize') return 'authorize'
  return outcome === 'observe' ? (afterObserve ?? 'confirm') : 'confirm'
}

/** What is still missing before it may be granted; null when enough people signed. */
export function missingFor(
  asking: Asking,
  decision: Decision,
  plan: Plan,
  onePerson: boolean,
): Missing | null {
  const asked = strictness(decision, plan)
  const required = requirementOf(
    asked === 'none' ? 'confirm' : asked,
    asking.approvers,
    asking.authors,
    onePerson,
  )
  return missing(
    required,
    asking.acts.map(({ person, act }) => ({ person, role: act.role })),
  )
}
