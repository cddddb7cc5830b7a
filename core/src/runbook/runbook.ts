/** A runbook: the reviewed recipe that a proposal names. `language` reads it from YAML; core only reasons about it. */
import type { ActionArea, ActionKind } from '../facts/schema.ts'
import type { Duration } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'

export type Runbook = {
  version: 1
  id: string
  says: string
  kind: ActionKind
  area: ActionArea
  owners: { system: string; control: string }
  reviewEvery: Duration
  parameters: Record<string, Parameter>
  triggers: Trigger[]
  evidence: Check[]
  preconditions: Precondition[]
  steps: Step[]
  health: Health
  breaker: { attempts: number; within: Duration; cooldown: Duration }
  /** How long the plan stays valid for people to decide. */
  planFor: Duration
}

/** `target` is the id of a catalogue target; `service` the id of a catalogue service. */
export type Parameter = {
  type: 'target' | 'service' | 'text' | 'integer' | 'text-list'
  says: string
  pattern?: string
  min?: number
  max?: number
  default?: string | number | string[]
}

/** A signal whose labels match makes a proposal; `with` maps parameters to labels or constants (`${label.host}`). */
export type Trigger = { alert: string; labels: Record<string, string>; with: Record<string, string> }

/**
 * One reading. `query` may hold `${parameter}` and `${target.address}`. `expect` compares the number read
 * (`== 1`, `> 0.5`) or, for probes, the status (`status == 200`). `whenNot` says what a reading that does not meet
 * the expectation means.
 */
export type Check = {
  id: string
  says: string
  source: string
  query: string
  expect: Expectation
  whenNot: 'against' | 'unknown'
  freshFor: Duration
}
export type Expectation = { op: '==' | '!=' | '<' | '<=' | '>' | '>='; value: number }

/** Observed by the runner through the driver: the named field of its observation must equal the value. */
export type Precondition = { id: string; says: string; step: string; field: string; equals: string[] }

export type Step = { id: string; uses: string; target: string; with: JsonObject }

/** After the act: every check must hold `samples` times in a row within `window`, else undo or hand over. */
export type Health = {
  window: Duration
  interval: Duration
  samples: number
  checks: Check[]
  ifNotBetter: 'undo' | 'escalate'
}
