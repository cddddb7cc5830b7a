/**
 * What server and runner say to each other. The runner connects outwards, takes tasks by long poll, and answers with
 * reports; the server's word is never enough: everything that matters is signed and checked by the receiver.
 */

import type { SignedAct } from '../act/act.ts'
import type { SignedGrant } from '../grant/grant.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Duration, Instant } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Condition, Limit, Plan, Proposer, SignedPlan } from '../plan/plan.ts'
import type { TrustVersion } from '../trust/chain.ts'

export const RUNNER_PROTOCOL = 1

/** The runner's `hello` with every poll: what it holds, so that the server can bring it up to date. */
export type RunnerHello = {
  protocol: number
  runner: string
  /** Newest trust version it holds, and the newest log size it has seen. */
  trustVersion: number
  logSize: number
  /** Milliseconds of its wall clock; the server answers with its own, a difference is a finding. */
  clock: Instant
  holds: string[]
  journalHead: number
  /** How long this process has been running, by its own monotonic clock: what was handed out before is its again. */
  upMs: Duration
}

/** Work for a runner. Ids are UUIDv7; a task is handed out again until its report has arrived. */
export type Task =
  | { type: 'plan'; id: string; request: PlanRequest }
  | { type: 'execute'; id: string; plan: SignedPlan; grant: SignedGrant }
  | { type: 'undo'; id: string; grant: string; because: string; acts: SignedAct[] }
  | { type: 'stop'; id: string; grant: string; because: string }
  /** The outcome is settled: the right that silence would use ends, and from now on an undo takes people. */
  | { type: 'settled'; id: string; grant: string }
  | { type: 'trust'; id: string; chain: TrustVersion[] }
  | { type: 'runbook'; id: string; runbook: PublishedRunbook }

/** A runbook as published: its text, and the `publish` acts over its digest. */
export type PublishedRunbook = { id: string; digest: Digest; text: string; acts: SignedAct[] }

/** The runner resolves targets and observes them itself; `intent` is only what was wished. */
export type PlanRequest = {
  plan: string
  proposal: string
  proposer: Proposer
  intent: Digest
  runbook: PublishedRunbook
  parameters: JsonObject
  policy: Digest
  /** Catalogue floors of the services concerned; the runner applies the larger of these and its own. */
  floors: Record<string, number>
  /** How long the plan stays valid. */
  validFor: Duration
  /** Said by the proposer, if anything: the footprint it believes to be current. A difference voids the proposal. */
  expectedStateVersion: Digest | null
}

/** Answers. Each report is numbered (`count`, dense per runner) and signed in the receipt domain. */
export type Report =
  | { type: 'planned'; task: string; plan: SignedPlan }
  | { type: 'not-planned'; task: string; refused: Refused }
  | { type: 'started'; task: string; grant: string; at: Instant }
  | { type: 'not-started'; task: string; grant: string; refused: Refused }
  | { type: 'step'; task: string; grant: string; step: StepReport }
  | { type: 'finished'; task: string; grant: string; result: ExecutionResult; why: string }
  | { type: 'undone'; task: string; grant: string; steps: StepReport[]; complete: boolean; why: string }
  | { type: 'accepted'; task: string }

export type StepReport = {
  step: string
  phase: StepPhase
  at: Instant
  /** Text for people: what was seen. Never a secret. */
  saw: string
  stateVersion: Digest | null
}

/**
 * `already-done`: the observation shows the effect. `moved`: the state version is not the plan's, nothing was done.
 * `unknown`: the step timed out and the target could not be observed since; it keeps its reservation.
 */
export type StepPhase =
  | 'already-done'
  | 'applying'
  | 'verified'
  | 'failed'
  | 'moved'
  | 'unknown'
  | 'undone'
  | 'undo-failed'

export type ExecutionResult = 'succeeded' | 'nothing-done' | 'failed' | 'undone' | 'unknown' | 'stopped'

/** Why the runner did not do it: a closed code, a sentence, and what hard limits or conditions it hit. */
export type Refused = { code: RunnerRefusal; says: string; limits: Limit[]; conditions: Condition[] }

export type RunnerRefusal =
  | 'NOT_MY_TARGET'
  | 'RUNBOOK_NOT_PUBLISHED'
  | 'RUNBOOK_NOT_ALLOWED'
  | 'TARGET_UNREACHABLE'
  | 'BAD_PARAMETERS'
  | 'LIMIT_HIT'
  | 'STATE_MOVED'
  | 'GRANT_SIGNATURE'
  | 'GRANT_EXPIRED'
  | 'GRANT_TOO_LONG'
  | 'GRANT_USED'
  | 'GRANT_FOR_OTHER'
  | 'PLAN_CHANGED'
  | 'PLAN_EXPIRED'
  | 'SIGNATURES_MISSING'
  | 'SIGNATURE_INVALID'
  | 'OUTSIDE_ENVELOPE'
  | 'RATE_EXCEEDED'
  | 'HELD'
  | 'TRUST_STALE'
  | 'CLOCK_OFF'
  | 'PRECONDITION'
  | 'BUSY'
  | 'NOT_GRANTED'

/** Numbered, signed receipt of one report: `signature` is Ed25519 (base64) over {runner, count, prev, report}. */
export type Receipt = {
  runner: string
  count: number
  prev: Digest | null
  report: Report
  signature: string
}

/** The server's answer to a poll or report: its clock, and what must stop between this step and the next. */
export type ServerWord = { clock: Instant; stop: { grant: string; how: 'hold' | 'abort' | 'reverse' }[] }

export type { Plan }
