/** Everything that can happen in the life of a proposal, as past facts. Stored for ever: add a case, never change one. */
import type { SignedAct } from '../act/act.ts'
import type { Assessment } from '../evidence/assess.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { StoredFacts } from '../facts/stored.ts'
import type { SignedGrant } from '../grant/grant.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Proposer, SignedPlan } from '../plan/plan.ts'
import type { Decision } from '../policy/decision.ts'
import type { ApproverRule } from '../policy/policy.ts'
import type { Refused, StepReport } from '../runner/protocol.ts'

export type ProposalEvent =
  | {
      type: 'proposed'
      incident: string | null
      runbook: { id: string; digest: Digest }
      parameters: JsonObject
      intent: Digest
      proposer: Proposer
      expectedStateVersion: Digest | null
      /** Targets and services as wished; the plan says what they are. */
      service: string | null
      target: string | null
    }
  | { type: 'evidence-read'; round: number; items: Evidence[]; assessment: Assessment }
  | { type: 'plan-requested'; plan: string; task: string; runner: string }
  | { type: 'planned'; plan: SignedPlan; digest: Digest }
  | { type: 'not-planned'; refused: Refused }
  | { type: 'decided'; decision: Decision; facts: StoredFacts; observing: Instant | null }
  /** The watching time of `observe` is over: read and plan anew, then ask. */
  | { type: 'observed' }
  | {
      type: 'approval-opened'
      approvers: ApproverRule[]
      asked: string[]
      /** Who alone published the runbook, and so never signs alone for it. */
      authors: string[]
      rung: number
      until: Instant
    }
  | { type: 'approved'; signed: SignedAct }
  | { type: 'approval-refused'; person: string; code: string; says: string }
  | { type: 'denied'; signed: SignedAct; reason: Digest }
  | { type: 'approval-escalated'; rung: number; role: string; until: Instant }
  | { type: 'approval-closed'; why: 'unanswered' | 'plan-expired' | 'superseded' }
  /** Leave could be given, and something keeps it from being given now; recorded once for each reason. */
  | { type: 'grant-waits'; why: WaitReason; because: string }
  | { type: 'granted'; grant: SignedGrant; task: string }
  /**
   * What was agreed to no longer holds, and nothing was done: read, plan and ask again. `waited`: nothing moved, but
   * what was decided for a machine's word alone has grown old while it waited.
   */
  | { type: 'voided'; because: string; waited?: true }
  | { type: 'execution-started'; grant: string }
  | { type: 'not-started'; grant: string; refused: Refused }
  | { type: 'step-reported'; grant: string; step: StepReport }
  | { type: 'execution-finished'; grant: string; result: FinishedResult; why: string }
  | { type: 'health-opened'; until: Instant; samples: number }
  | { type: 'health-judged'; better: 'yes' | 'no' | 'blind'; held: number; of: number; values: string[] }
  | { type: 'undo-requested'; because: string; task: string; acts: SignedAct[] }
  | { type: 'undone'; complete: boolean; why: string; steps: StepReport[] }
  | { type: 'interrupted'; how: 'abort' | 'reverse' | 'take'; signed: SignedAct; reason: Digest }
  | { type: 'closed'; outcome: Outcome; because: string }

/** `held`: until people lift a hold. `log`: until the log is whole again. `busy`: until another act has ended. */
export type WaitReason = 'held' | 'log' | 'busy'

export type FinishedResult = 'succeeded' | 'nothing-done' | 'failed' | 'undone' | 'unknown' | 'stopped'

/**
 * How a proposal ended. `resolved` needs confirmed health; `escalated` hands over to people; `no-action` means that
 * nothing was done and nothing needs to be.
 */
export type Outcome =
  | 'resolved'
  | 'undone'
  | 'escalated'
  | 'denied'
  | 'refused'
  | 'unanswered'
  | 'no-action'
  | 'aborted'
  | 'taken'
