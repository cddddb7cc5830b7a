/**
 * One step: observe -> already done, can proceed, or hand over -> snapshot in the journal -> apply -> verify. A step
 * that timed out has not failed: it is unknown until the target was observed.
 */
import type { PlannedStep } from '@countersign/core/plan/plan'
import type { Effect, Observation } from '@countersign/drivers/driver'
import type { Execution } from '../journal/state.ts'
import { type Hand, observe, within } from '../target.ts'
import { pause } from './pause.ts'
import { lookBefore } from './ready.ts'
import { recordApplying, recordStep, sayFields } from './record.ts'
import { type Stop, stopAnew, stopFor, type Workshop } from './workshop.ts'

/** `touched`: it may have had an effect, so it belongs to what is taken back. */
export type StepOutcome =
  | { done: true; changed: boolean }
  | { done: false; touched: boolean; why: string }
  | { stopped: Stop }
  /** Nobody could look, and people told the runner to stop trying. */
  | { unknown: string }

export async function performStep(
  planned: PlannedStep,
  hand: Hand,
  run: Execution,
  shop: Workshop,
): Promise<StepOutcome> {
  const earlier = run.steps.get(planned.id)
  if (earlier?.before != null) return settle(planned, hand, earlier.before, run, shop, true)
  const look = await lookBefore(planned, hand, run, shop)
  if (look.ready === 'already-done') {
    recordStep(run, planned.id, 'already-done', { saw: sayFields(look.seen), seen: look.seen }, shop)
    return { done: true, changed: false }
  }
  if (look.ready === 'no') {
    const phase = look.refused.code === 'STATE_MOVED' ? 'moved' : 'failed'
    recordStep(run, planned.id, phase, { saw: look.refused.says, seen: look.seen }, shop)
    return { done: false, touched: false, why: look.refused.says }
  }
  const stop = stopFor(run, shop)
  if (stop !== null) return { stopped: stop }
  recordApplying(run, planned.id, look.seen, shop)
  return settle(planned, hand, look.seen, run, shop, false)
}

type Applied = 'accepted' | 'refused' | 'in-doubt'

/** From `applying` to a verdict. */
async function settle(
  planned: PlannedStep,
  hand: Hand,
  before: Observation,
  run: Execution,
  shop: Workshop,
  resumed: boolean,
): Promise<StepOutcome> {
  const watch = { planned, hand, before, run, shop }
  if (resumed) {
    const outcome = await takeUp(watch)
    if (outcome !== null) return outcome
  }
  const deadline = shop.clock.mono() + hand.manifest.timeoutMs
  const applied = await apply(watch, deadline)
  return watchEffect(watch, deadline, applied)
}

/**
 * After a crash or stop: what became of the step. Null: it had no effect, and nothing keeps it from being applied; a
 * repeat of `apply` is compare-and-set at the target. What cannot be seen is unknown and never applied again.
 */
async function takeUp(watch: Watch): Promise<StepOutcome | null> {
  const { shop, run, hand } = watch
  const there = await lookAgain(watch, shop.clock.mono() + hand.manifest.timeoutMs)
  if (!('effect' in there)) return there
  if (there.effect !== 'not-done') return conclude(watch, there, 'accepted')
  await shop.voice.firstWord(shop.timing.silence)
  const stop = stopAnew(run, shop)
  return stop === null ? null : { stopped: stop }
}

/** Looks until the effect can be seen, and until the deadline for one that is on its way. */
async function lookAgain(watch: Watch, deadline: number): Promise<Seen | StepOutcome> {
  const { shop, run, planned } = watch
  let wait = shop.timing.look.first
  for (;;) {
    const there = await look(watch)
    const late = shop.clock.mono() >= deadline
    if (there.effect !== 'blind' && (there.effect !== 'pending' || late)) return there
    if (there.effect === 'blind' && run.steps.get(planned.id)?.phase !== 'unknown')
      recordStep(run, planned.id, 'unknown', { saw: there.saw, seen: null }, shop)
    const word = shop.voice.stopFor(run.grant.grant.id)
    if (late && (word === 'abort' || word === 'reverse')) return { unknown: there.saw }
    if (shop.stopping.aborted) return { stopped: { how: 'leave', why: 'the runner is stopping' } }
    await pause(late ? Math.max(wait, 1_000) : wait, shop.stopping)
    wait = Math.min(wait * 1.5, shop.timing.look.longest)
  }
}

type Watch = { planned: PlannedStep; hand: Hand; before: Observation; run: Execution; shop: Workshop }
type Seen = { effect: Effect | 'blind'; seen: Observation | null; saw: string }

async function apply(
  { hand, before, planned, shop }: Watch,
  deadline: number,
): Promise<{ how: Applied; why: string }> {
  try {
    const left = Math.max(1, deadline - shop.clock.mono())
    await within(left, (signal) => hand.driver.apply(hand.step, before, signal))
    return { how: 'accepted', why: 'the target accepted it' }
  } catch (error) {
    const { name, message } = error as Error
    shop.log('apply-failed', { step: planned.id, name, message })
    // These two promise that nothing was done; anything else may still take effect.
    return { how: name === 'TargetMoved' || name === 'BadStep' ? 'refused' : 'in-doubt', why: message }
  }
}

async function look({ hand, before, shop }: Watch): Promise<Seen> {
  try {
    const seen = await observe(hand, shop.timing.observe)
    return { effect: hand.driver.verify(hand.step, before, seen), seen, saw: sayFields(seen) }
  } catch (error) {
    return { effect: 'blind', seen: null, saw: (error as Error).message }
  }
}

async function watchEffect(
  watch: Watch,
  deadline: number,
  { how, why }: { how: Applied; why: string },
): Promise<StepOutcome> {
  const { shop, run, planned } = watch
  let wait = shop.timing.look.first
  for (;;) {
    const there = await look(watch)
    const late = shop.clock.mono() >= deadline
    const final = there.effect === 'done' || there.effect === 'failed'
    if (final || (there.effect === 'not-done' && how === 'refused') || (late && there.effect !== 'blind'))
      return conclude(watch, { ...there, saw: final ? there.saw : `${why}; ${there.saw}` }, how)
    if (late && run.steps.get(planned.id)?.phase !== 'unknown')
      recordStep(run, planned.id, 'unknown', { saw: there.saw, seen: null }, shop)
    // A stop of the runner ends only a wait without end; a step within its time is finished.
    const word = shop.voice.stopFor(run.grant.grant.id)
    if (late && (word === 'abort' || word === 'reverse')) return { unknown: there.saw }
    if (late && shop.stopping.aborted) return { stopped: { how: 'leave', why: 'the runner is stopping' } }
    await pause(late ? Math.max(wait, 1_000) : wait, late ? shop.stopping : NEVER)
    wait = Math.min(wait * 1.5, shop.timing.look.longest)
  }
}

const NEVER = new AbortController().signal

function conclude({ planned, run, shop }: Watch, { effect, seen, saw }: Seen, how: Applied): StepOutcome {
  if (effect === 'done') {
    recordStep(run, planned.id, 'verified', { saw, seen }, shop)
    return { done: true, changed: true }
  }
  // Refused and not there: the target promised that nothing was done. All else may still have had its effect.
  const touched = !(effect === 'not-done' && how === 'refused')
  recordStep(run, planned.id, touched ? 'failed' : 'moved', { saw, seen }, shop)
  return { done: false, touched, why: `step "${planned.id}" is ${effect}: ${saw}` }
}
