/** What policy answered, with its reasons: enough to recompute it from the stored facts and policy digest. */
import type { Digest } from '../kernel/digest.ts'
import type { Duration } from '../kernel/instant.ts'
import type { ApproverRule, Outcome, RiskClass } from './policy.ts'

/** One fired clause: its sentence, the rule, and the actual values it read. */
export type Reason = {
  clause: string
  says: string
  /** The rule as written, with its thresholds. */
  rule: string
  outcome: Outcome
  /** `fact = value` texts, e.g. `evidence.confidence = 0.62`. */
  values: string[]
  error: string | null
}

export type Decision = {
  outcome: Outcome
  risk: RiskClass
  policy: Digest
  facts: Digest
  factsVersion: number
  languageVersion: number
  unknown: string[]
  because: Reason[]
  /** The sentences of the risk rules that put it into its class. */
  riskBecause: string[]
  /** How many different people must sign at least, whatever their roles; 0 for `auto` and `refuse`. */
  people: number
  /** Roles among them; empty for `auto` and `refuse`. For `observe`: who is asked when its deadline passes. */
  approvers: ApproverRule[]
  /** How strictly `observe` asks afterwards. */
  afterObserve: 'confirm' | 'authorize' | null
  observeFor: Duration | null
  retain: Duration
  evidence: string[]
}
