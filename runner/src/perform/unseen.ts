/** Looks after a run that ended as unknown: its targets stay busy until somebody has seen what became of its steps. */
import type { PlannedStep } from '@countersign/core/plan/plan'
import type { Observation } from '@countersign/drivers/driver'
import type { Execution } from '../journal/state.ts'
import { handFor, observe } from '../target.ts'
import type { Workshop } from './workshop.ts'

/** Writes down what it could see; called again and again until there is nothing left to see. */
export async function lookForUnseen(run: Execution, shop: Workshop): Promise<void> {
  for (const planned of run.plan.plan.steps) {
    const mark = run.steps.get(planned.id)
    if (mark?.before == null || (mark.phase !== 'unknown' && mark.phase !== 'applying')) continue
    const phase = await phaseOf(planned, mark.before, shop)
    if (phase !== null)
      shop.journal.append({ type: 'step', grant: run.grant.grant.id, step: planned.id, phase })
  }
}

async function phaseOf(
  planned: PlannedStep,
  before: Observation,
  shop: Workshop,
): Promise<'verified' | 'failed' | null> {
  const found = handFor(planned, shop.config.targets, shop.drivers)
  if ('refused' in found) return null
  const { driver, step } = found.hand
  try {
    const effect = driver.verify(step, before, await observe(found.hand, shop.timing.observe))
    if (effect === 'pending') return null
    return effect === 'done' ? 'verified' : 'failed'
  } catch {
    return null
  }
}
