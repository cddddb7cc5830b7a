/**
 * The contract of a driver: the hands of one kind of system. A driver observes, plans, applies, verifies and undoes
 * single steps; it decides nothing, signs nothing, and never believes a tool's "ok": only what it observes counts.
 */
import type { ActionArea, ActionKind } from '@countersign/core/facts/schema'
import type { Json, JsonObject } from '@countersign/core/kernel/json'
import type { Change, Limit, Reversibility, Undo } from '@countersign/core/plan/plan'

export type Driver = {
  name: string
  actions: Record<string, ActionManifest>
  /** Reads the target. Throws `DriverFault` where it cannot be read: the caller treats that as unknown. */
  observe(step: DriverStep, signal: AbortSignal): Promise<Observation>
  /** Works out the difference from an observation. Pure: the same observation gives the same draft. Throws `BadStep`. */
  draft(step: DriverStep, seen: Observation): StepDraft
  /**
   * Makes the change, as compare-and-set against `before` at the target itself, so that a repeat after a crash has
   * its effect once. Returns when the system accepted it, or when the effect is there already; the verdict is
   * `verify`'s. Throws `TargetMoved`, having done nothing, where the target is neither as `before` nor as predicted.
   */
  apply(step: DriverStep, before: Observation, signal: AbortSignal): Promise<void>
  /** Whether the effect is there, judged from a new observation against the one taken before. */
  verify(step: DriverStep, before: Observation, now: Observation): Effect
  /**
   * Takes the step back with its artefact, as compare-and-set too: against `after`, what was seen once the effect was
   * there, where that is known. Throws `TargetMoved`, having done nothing, where the life that `apply` made is over.
   * Not called for steps without undo.
   */
  undo(
    step: DriverStep,
    before: Observation,
    artefact: Json,
    signal: AbortSignal,
    after?: Observation,
  ): Promise<void>
  /** Whether the undo is complete, from a new observation. */
  undone(step: DriverStep, artefact: Json, now: Observation): boolean
}

/** Comes from the driver, never from a runbook or the server. */
export type ActionManifest = {
  says: string
  kind: ActionKind
  area: ActionArea
  reversibility: Reversibility
  privileged: boolean
  /** How long apply and verify may take together, in milliseconds; past it the step is unknown until observed. */
  timeoutMs: number
}

/** `target` holds the runner's own settings for it (address, user, key files): they never leave the runner. */
export type DriverStep = { action: string; target: TargetSettings; with: JsonObject }
export type TargetSettings = { id: string; address: string; settings: JsonObject }

/**
 * What was seen. `footprint` is digested into the state version: the definition that a person agrees to (the record
 * set, the unit's definition), never a counter that moves by itself. `fields` are texts for preconditions and diffs;
 * `mark` tells this very moment of life (process, serial), so that a repeat can see whether the effect happened.
 */
export type Observation = {
  footprint: Json
  fields: Record<string, string>
  mark: Json
  serving: { now: number; known: boolean }
}

/**
 * `limits` are hard: no approval lifts them. `predicted` is the footprint afterwards. `remaining`: how many members of
 * this target (as counted in `serving.now`) still serve while the step runs, and afterwards; absent means none.
 */
export type StepDraft = {
  diff: Change[]
  predicted: Json
  undo: Undo | null
  limits: Limit[]
  shareBp: number
  remaining?: { during: number; after: number }
}

/** `pending`: look again until the timeout; `failed`: it took effect and did not work. */
export type Effect = 'done' | 'not-done' | 'pending' | 'failed'

/** The world failed: unreachable, timed out, or answered nonsense. `hint` says what to do. */
export class DriverFault extends Error {
  override readonly name: string = 'DriverFault'
  readonly hint: string
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.hint = hint
  }
}

/** The target is no longer as it was observed, so nothing was done: observe and plan again. */
export class TargetMoved extends DriverFault {
  override readonly name = 'TargetMoved'
}

/** The step itself is wrong (parameters, settings, a hard limit): no retry helps, the target was not touched. */
export class BadStep extends DriverFault {
  override readonly name = 'BadStep'
}
