/**
 * Carries out one granted plan, step by step, and goes on after a crash from what the journal says. Between any two
 * steps people and silence can stop it; a failure takes back what was done.
 */
import type { ExecutionResult } from '@countersign/core/runner/protocol'
import type { Execution } from '../journal/state.ts'
import { handFor } from '../target.ts'
import { performStep, type StepOutcome } from './step.ts'
import { touchedSteps, undoSteps } from './undo.ts'
import { type Stop, stopFor, type Workshop } from './workshop.ts'

/** Ends with `finished` in the journal, or without where the runner stops: then the next start goes on. */
export async function carryOut(run: Execution, shop: Workshop): Promise<void> {
  if (run.undo !== null) return takeBack(run, run.undo.because, shop)
  for (const planned of run.plan.plan.steps) {
    const mark = run.steps.get(planned.id)
    if (mark?.phase === 'verified' || mark?.phase === 'already-done') continue
    const begun = mark?.phase === 'applying' || mark?.phase === 'unknown'
    // After a restart the server may not have spoken yet: a step that has not begun waits for its word.
    if (!begun) await shop.voice.firstWord(shop.timing.silence)
    const stop = begun ? null : stopFor(run, shop)
    const outcome: StepOutcome =
      stop !== null
        ? { stopped: stop }
        : mark !== undefined && !begun
          ? {
              done: false,
              touched: mark.before !== null,
              why: `step "${planned.id}" had failed before the restart`,
            }
          : await attempt(planned.id, run, shop)
    if ('stopped' in outcome) return stopHere(run, outcome.stopped, shop)
    if ('unknown' in outcome) return finish(run, 'unknown', outcome.unknown, shop)
    if (!outcome.done) return failHere(run, outcome.why, shop)
  }
  const changed = touchedSteps(run).length > 0
  finish(
    run,
    changed ? 'succeeded' : 'nothing-done',
    changed ? 'every step was verified' : 'it was so already',
    shop,
  )
}

async function attempt(id: string, run: Execution, shop: Workshop): Promise<StepOutcome> {
  const planned = run.plan.plan.steps.find((step) => step.id === id)
  if (planned === undefined) return { done: false, touched: false, why: `the plan has no step "${id}"` }
  const found = handFor(planned, shop.config.targets, shop.drivers)
  if ('refused' in found) return { done: false, touched: false, why: found.refused.says }
  return performStep(planned, found.hand, run, shop)
}

async function stopHere(run: Execution, stop: Stop, shop: Workshop): Promise<void> {
  if (stop.how === 'leave') return
  if (stop.how !== 'reverse') return finish(run, 'stopped', stop.why, shop)
  shop.journal.append({ type: 'undoing', grant: run.grant.grant.id, task: null, because: stop.why })
  return takeBack(run, stop.why, shop)
}

async function failHere(run: Execution, why: string, shop: Workshop): Promise<void> {
  if (!hadEffect(run)) return finish(run, 'failed', why, shop)
  shop.journal.append({ type: 'undoing', grant: run.grant.grant.id, task: null, because: why })
  return takeBack(run, why, shop)
}

/** A step that the target refused (`moved`) promised to have done nothing. */
function hadEffect(run: Execution): boolean {
  return touchedSteps(run).some(({ id }) => run.steps.get(id)?.phase !== 'moved')
}

async function takeBack(run: Execution, because: string, shop: Workshop): Promise<void> {
  const answer = await undoSteps(run, shop)
  const result: ExecutionResult = answer.complete ? 'undone' : 'failed'
  const { id } = run.grant.grant
  const why = `${because}; ${answer.why}`
  shop.outbox.report(
    { type: 'finished', task: run.task, grant: id, result, why },
    { type: 'finished', grant: id, result, why },
    { type: 'undo-ended', grant: id, complete: answer.complete },
  )
}

function finish(run: Execution, result: ExecutionResult, why: string, shop: Workshop): void {
  const { id } = run.grant.grant
  shop.outbox.report(
    { type: 'finished', task: run.task, grant: id, result, why },
    { type: 'finished', grant: id, result, why },
  )
}
