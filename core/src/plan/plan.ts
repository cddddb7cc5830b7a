/**
 * A plan is what exactly would happen: resolved targets, the difference, the undo, and the state it was made against.
 * The runner that owns the targets observes them and signs it. Decisions, approvals and grants bind to its digest.
 */
import type { ActionArea, ActionKind } from '../facts/schema.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

export type Reversibility = 'easy' | 'hard' | 'none'

/** Integers, text and booleans only: a plan is hashed and signed. */
export type Plan = {
  v: 1
  id: string
  site: Digest
  proposal: string
  /** Who proposed it, as the server said: approvers read it, and the runner refuses that person's signature. */
  proposer: Proposer
  intent: Digest
  runner: string
  runbook: { id: string; digest: Digest }
  policy: Digest
  action: { kind: ActionKind; area: ActionArea; reversibility: Reversibility; privileged: boolean }
  parameters: JsonObject
  targets: PlannedTarget[]
  steps: PlannedStep[]
  scope: PlannedScope
  preconditions: Condition[]
  /** Hard limits that this plan hits. No approval lifts them: a plan with any is never granted. */
  limits: Limit[]
  demands: Demand
  observedAt: Instant
  expiresAt: Instant
}

export type Proposer = { kind: 'detector' | 'agent' | 'person'; id: string }

/** A target as the runner resolved it itself, never as the proposal named it. */
export type PlannedTarget = { id: string; service: string; address: string }

export type PlannedStep = {
  id: string
  /** `<driver>.<action>`, as in the runbook. */
  uses: string
  target: string
  with: JsonObject
  /** What people read before they sign. */
  diff: Change[]
  /** State version: digest of the footprint that the driver declares for this step, before it runs. */
  stateVersion: Digest
  /** The footprint after the step, as predicted; the undo and later steps are checked against it. */
  predicted: Digest
  undo: Undo | null
}

/** One difference, in the words of the target's own field. `null` means absent. */
export type Change = { path: string; from: string | null; to: string | null }

/** How the step is taken back. `artefact` is what must be kept for it (the previous record set, the old release). */
export type Undo = { says: string; artefact: Json }

export type PlannedScope = {
  targets: number
  services: number
  regions: number
  /** Share of the set that changes, in basis points (10000 = all): plans hold integers only. */
  shareBp: number
  remainingDuring: number | null
  remainingAfter: number | null
}

/** The least that the runner asks for, whatever the server decides: nobody, one person, or two with governance. */
export type Demand = { signatures: 'none' | 'confirm' | 'authorize'; because: string }

export type Condition = { id: string; says: string; holds: 'yes' | 'no' | 'unknown' }
export type Limit = { id: string; says: string; limit: string; actual: string }

/** The plan with the runner's Ed25519 signature (base64) over the canonical bytes in the plan domain. */
export type SignedPlan = { plan: Plan; signature: string }
