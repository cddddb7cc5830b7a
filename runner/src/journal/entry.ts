/** What the journal holds, as past facts. Lines are kept for ever: add a case, never change the meaning of one. */
import type { SignedGrant } from '@countersign/core/grant/grant'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type { SignedPlan } from '@countersign/core/plan/plan'
import type { Precondition } from '@countersign/core/runbook/runbook'
import type { ExecutionResult, Receipt } from '@countersign/core/runner/protocol'
import type { Observation } from '@countersign/drivers/driver'

export type Entry =
  | { type: 'opened'; runner: string; key: string; genesis: Digest }
  | { type: 're-rooted'; genesis: Digest }
  | { type: 'trusted'; version: number; digest: Digest }
  /** What the runner must remember of a plan that it signed; `floors` are the catalogue's, by service. */
  | {
      type: 'planned'
      task: string
      digest: Digest
      authors: string[]
      preconditions: Precondition[]
      floors: Record<string, number>
      expiresAt: Instant
    }
  /** The grant is used from here on, whatever comes of it. */
  | {
      type: 'granted'
      task: string
      plan: SignedPlan
      grant: SignedGrant
      by: 'people' | 'envelope'
    }
  /** Used up without a start: the target had moved. */
  | { type: 'burnt'; grant: string; nonces: string[] }
  /** Written before the effect; `before` is the snapshot that verify and undo are judged against. */
  | { type: 'applying'; grant: string; step: string; before: Observation }
  /** `after`: what was seen when it was verified; an undo is bound to that life. */
  | { type: 'step'; grant: string; step: string; phase: SettledPhase; after?: Observation }
  | { type: 'finished'; grant: string; result: ExecutionResult; why: string }
  /** `signed`: a person's `reverse` came with it. */
  | { type: 'undoing'; grant: string; task: string | null; because: string; signed?: boolean }
  | { type: 'undo-ended'; grant: string; complete: boolean }
  /** The right to undo ended: the outcome is settled, or its time is over. */
  | { type: 'settled'; grant: string }
  | { type: 'answered'; task: string }
  | { type: 'reported'; receipt: Receipt }
  | { type: 'acknowledged'; count: number }

export type SettledPhase =
  | 'already-done'
  | 'verified'
  | 'failed'
  | 'moved'
  | 'unknown'
  | 'undone'
  | 'undo-failed'

/** One line: what happened at once. `at` is wall-clock time; `sure` when it agreed with the server's word. */
export type Line = { n: number; at: Instant; sure: boolean; entries: Entry[] }
