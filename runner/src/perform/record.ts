/** Writes down what became of a step, with its report, in one journal line. */
import type { StepPhase, StepReport } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Observation } from '@countersign/drivers/driver'
import type { SettledPhase } from '../journal/entry.ts'
import type { Execution } from '../journal/state.ts'
import type { Workshop } from './workshop.ts'

export type Told = { saw: string; seen: Observation | null }

/** The line that must be on the disk before the target is touched. */
export function recordApplying(run: Execution, step: string, before: Observation, shop: Workshop): void {
  const { id } = run.grant.grant
  const report = stepReport(step, 'applying', { saw: 'about to apply', seen: before }, shop)
  shop.outbox.report(
    { type: 'step', task: run.task, grant: id, step: report },
    { type: 'applying', grant: id, step, before },
  )
}

export function recordStep(
  run: Execution,
  step: string,
  phase: SettledPhase,
  told: Told,
  shop: Workshop,
): StepReport {
  const { id } = run.grant.grant
  const report = stepReport(step, phase, told, shop)
  shop.outbox.report(
    { type: 'step', task: run.task, grant: id, step: report },
    { type: 'step', grant: id, step, phase, ...lifeOf(phase, told) },
  )
  return report
}

function lifeOf(phase: SettledPhase, { seen }: Told): { after?: Observation } {
  return phase === 'verified' && seen !== null ? { after: seen } : {}
}

function stepReport(step: string, phase: StepPhase, { saw, seen }: Told, shop: Workshop): StepReport {
  const stateVersion = seen === null ? null : digestOf('countersign/footprint/v1', seen.footprint)
  return { step, phase, at: shop.clock.now(), saw, stateVersion }
}

/** Fields of an observation as text for people, bounded. */
export function sayFields({ fields }: Observation): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name} = ${value}`)
  return parts.join(', ').slice(0, 500)
}
