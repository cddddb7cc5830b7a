/**
 * What a runner will demand before it carries a plan out, said in the plan itself: people are asked once and for
 * enough, instead of signing something that the runner then refuses.
 */
import type { ActionKind } from '../facts/schema.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Demand, Plan } from '../plan/plan.ts'
import type { UnsignedRule } from '../runner/config.ts'
import { runnerMinimum } from './check.ts'
import { checkEnvelope, type UnsignedUse } from './envelope.ts'

export type DemandContext = {
  rules: readonly UnsignedRule[]
  uses: readonly UnsignedUse[]
  kinds: readonly ActionKind[]
  onePersonKinds: readonly ActionKind[]
  now: Instant
}

export function demandOf(plan: Omit<Plan, 'demands'>, context: DemandContext): Demand {
  const { rules, uses, kinds, onePersonKinds, now } = context
  const envelope = checkEnvelope(plan, rules, uses, now)
  if (envelope.inside)
    return { signatures: 'none', because: 'it lies within what this runner may do unsigned' }
  return { signatures: runnerMinimum(kinds, onePersonKinds), because: envelope.says }
}
