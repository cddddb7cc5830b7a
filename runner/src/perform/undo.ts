/** Takes steps back, newest first, with the artefacts that were granted with the plan. The first failure hands over. */
import type { PlannedStep } from '@countersign/core/plan/plan'
import type { StepReport } from '@countersign/core/runner/protocol'
import type { Observation } from '@countersign/drivers/driver'
import type { Execution } from '../journal/state.ts'
import { servingOf } from '../plan/serving.ts'
import { type Hand, handFor, observe, within } from '../target.ts'
import { pause } from './pause.ts'
import { floorFor } from './ready.ts'
import { recordStep, sayFields } from './record.ts'
import type { Workshop } from './workshop.ts'

export type UndoAnswer = { complete: boolean; why: string; steps: StepReport[] }

/** Steps that may have had an effect. What was there already is not ours to take back. */
export function touchedSteps(run: Execution): PlannedStep[] {
  return run.plan.plan.steps.filter(({ id }) => run.steps.get(id)?.before != null)
}

/** Repeats are safe: what was taken back already is seen as such. The caller has written `undoing` before. */
export async function undoSteps(run: Execution, shop: Workshop): Promise<UndoAnswer> {
  const steps: StepReport[] = []
  for (const planned of touchedSteps(run).reverse()) {
    const mark = run.steps.get(planned.id)
    if (mark?.before == null || mark.phase === 'undone' || mark.phase === 'moved') continue
    // A later step of ours at the same target ended that life itself.
    const after = touchedSteps(run).findLast(({ target }) => target === planned.target) === planned
    const answer = await undoOne(planned, mark.before, after ? mark.after : null, run, shop)
    const phase = answer.done ? 'undone' : 'undo-failed'
    steps.push(recordStep(run, planned.id, phase, { saw: answer.saw, seen: answer.seen }, shop))
    if (!answer.done)
      return { complete: false, why: `step "${planned.id}" was not taken back: ${answer.saw}`, steps }
  }
  return { complete: true, why: 'every step that had an effect was taken back', steps }
}

type Undone = { done: boolean; saw: string; seen: Observation | null }

async function undoOne(
  planned: PlannedStep,
  before: Observation,
  after: Observation | null,
  run: Execution,
  shop: Workshop,
): Promise<Undone> {
  const found = handFor(planned, shop.config.targets, shop.drivers)
  if ('refused' in found) return { done: false, saw: found.refused.says, seen: null }
  const { undo } = planned
  if (undo === null) return { done: false, saw: 'the step has no undo', seen: null }
  const { hand } = found
  const deadline = shop.clock.mono() + hand.manifest.timeoutMs
  const isUndone = (seen: Observation) => hand.driver.undone(hand.step, undo.artefact, seen)
  const first = await lookAt(hand, isUndone, shop)
  if (first.done) return first
  const tooFew = await takesTooMany(hand, before, first.seen, run, shop)
  if (tooFew !== null) return { ...first, saw: `${tooFew}: a person must sign for it` }
  let trouble = ''
  try {
    await within(hand.manifest.timeoutMs, (signal) =>
      hand.driver.undo(hand.step, before, undo.artefact, signal, after ?? undefined),
    )
  } catch (error) {
    const { name, message } = error as Error
    trouble = `${message}; `
    shop.log('undo-failed', { step: planned.id, message })
    // The driver promised that nothing was done: there is nothing to wait for.
    if (name === 'TargetMoved') {
      const now = await lookAt(hand, isUndone, shop)
      return now.done ? now : { ...now, saw: trouble + now.saw }
    }
  }
  for (let wait = shop.timing.look.first; ; wait = Math.min(wait * 1.5, shop.timing.look.longest)) {
    const now = await lookAt(hand, isUndone, shop)
    if (now.done) return now
    if (shop.clock.mono() >= deadline) return { ...now, saw: trouble + now.saw }
    await pause(wait, NEVER)
  }
}

/** Taking back what serves now, to a state that served less, must leave the floor: or people sign for it. */
async function takesTooMany(
  hand: Hand,
  before: Observation,
  seen: Observation | null,
  run: Execution,
  shop: Workshop,
): Promise<string | null> {
  const floor = floorFor(hand.target.service, run, shop)
  if (floor === 0 || run.undo?.signed === true) return null
  if (seen === null) return `how many members would keep serving is unknown, ${floor} must`
  if (before.serving.known && before.serving.now >= seen.serving.now) return null
  const left = before.serving.known ? before.serving.now : 0
  const remaining = { during: left, after: left }
  const serving = await servingOf(hand, seen, { remaining }, shop.config.targets, shop.timing.observe)
  if (serving !== null && serving.during >= floor) return null
  return `expected at least ${floor} members to keep serving, got ${serving?.during ?? 'unknown'}`
}

const NEVER = new AbortController().signal

async function lookAt(hand: Hand, isUndone: (seen: Observation) => boolean, shop: Workshop): Promise<Undone> {
  try {
    const seen = await observe(hand, shop.timing.observe)
    return { done: isUndone(seen), saw: sayFields(seen), seen }
  } catch (error) {
    return { done: false, saw: (error as Error).message, seen: null }
  }
}
