/**
 * A policy is clauses that can only tighten, and a table of the five controls per risk class. The strictest fired
 * clause wins, in whatever order they were written; approvers and kept evidence of all fired clauses add up.
 */
import type { Facts, FactType } from '../facts/schema.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Duration } from '../kernel/instant.ts'

/** From mildest to strictest. */
export const OUTCOMES = ['auto', 'confirm', 'authorize', 'observe', 'refuse'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const RISK_CLASSES = ['routine', 'guarded', 'critical'] as const
export type RiskClass = (typeof RISK_CLASSES)[number]

/** True: the clause fires. It throws where it cannot tell, which counts as fired and as `authorize` at least. */
export type Predicate = (facts: Facts) => boolean

/** The version of the clause language that this core decides with; stored with every decision. It only grows. */
export const POLICY_LANGUAGE_VERSION = 1

/** `count` different people who hold `role`. */
export type ApproverRule = { role: string; count: number }
/** At least one signer of `authorize` holds this role. */
export const GOVERNANCE_ROLE = 'governance'

export type Clause = {
  id: string
  says: string
  outcome: Outcome
  when: Predicate
  /** The rule as written, and the facts it reads: shown beside the decision with their actual values. */
  source: string
  reads: readonly string[]
  approvers: readonly ApproverRule[]
  exceptions: 'none' | { approvers: readonly ApproverRule[] }
  evidence: readonly string[]
  retain: Duration
  owner: string
}

/** A rule that puts the facts into a risk class; the riskiest that fires wins; none: `guarded`. */
export type RiskRule = {
  class: RiskClass
  says: string
  when: Predicate
  source: string
  reads: readonly string[]
}

/**
 * The five controls for one risk class, with sharper rows where `area` is given. Rows add up and never loosen: all
 * rows of this class and of milder ones that fit the area hold together. `approval: auto` asks for nothing by itself;
 * it does not let anything run alone, only a clause does.
 */
export type Control = {
  risk: RiskClass
  area: string | null
  confidence: number
  groups: number
  approval: Outcome
  rollback: { window: Duration; ifNotBetter: 'undo' | 'escalate' }
  review: { runs: number; within: Duration }
  observeFor: Duration
}

export type Policy = {
  id: string
  digest: Digest
  /** Facts of the operator's own (`x.<name>`), for the boundary of the facts. */
  facts: Readonly<Record<string, FactType>>
  clauses: readonly Clause[]
  risk: readonly RiskRule[]
  controls: readonly Control[]
  ladder: readonly LadderRung[]
}

/** Who is asked next when an approval stays unanswered for `after`. Past the last rung the approval closes. */
export type LadderRung = { role: string; after: Duration }
