/** The look right before the act: whether the target is still what was agreed to, and nothing speaks against it. */
import type { PlannedStep } from '@countersign/core/plan/plan'
import type { Refused } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Observation, StepDraft } from '@countersign/drivers/driver'
import type { Execution } from '../journal/state.ts'
import { conditionsOf, holds } from '../plan/conditions.ts'
import { hitsFloor, servingOf } from '../plan/serving.ts'
import { refusal, refusalOf } from '../refusal.ts'
import { type Hand, observe } from '../target.ts'
import type { Workshop } from './workshop.ts'

export type Readiness =
  | { ready: 'apply'; seen: Observation }
  | { ready: 'already-done'; seen: Observation }
  | { ready: 'no'; seen: Observation | null; refused: Refused }

/** `by` envelope: the runner's own preconditions and floor count too. Never throws for what the world does. */
export async function lookBefore(
  planned: PlannedStep,
  hand: Hand,
  run: Pick<Execution, 'plan' | 'by'>,
  shop: Workshop,
): Promise<Readiness> {
  let seen: Observation | null = null
  try {
    seen = await observe(hand, shop.timing.observe)
    const draft = hand.driver.draft(hand.step, seen)
    if (draft.diff.length === 0) return { ready: 'already-done', seen }
    const found = digestOf('countersign/footprint/v1', seen.footprint)
    if (found !== planned.stateVersion)
      return {
        ready: 'no',
        seen,
        refused: moved(`the plan was made at state ${planned.stateVersion}, it is ${found}`),
      }
    const limit = draft.limits[0]
    if (limit !== undefined)
      return { ready: 'no', seen, refused: { ...refusal('LIMIT_HIT', limit.says), limits: draft.limits } }
    const against = unmet(planned, seen, run, shop)
    if (against !== null) return { ready: 'no', seen, refused: against }
    const tooFew = await breaksFloor(hand, seen, draft, run, shop)
    if (tooFew !== null) return { ready: 'no', seen, refused: refusal('LIMIT_HIT', tooFew) }
    return { ready: 'apply', seen }
  } catch (error) {
    return { ready: 'no', seen, refused: refusalOf(error) }
  }
}

function moved(says: string): Refused {
  return refusal('STATE_MOVED', says)
}

type Run = Pick<Execution, 'plan' | 'by'>

function unmet(planned: PlannedStep, seen: Observation, run: Run, shop: Workshop): Refused | null {
  const declared = markOf(run, shop)?.preconditions ?? []
  const conditions = conditionsOf(declared, planned.id, seen)
  // People who signed saw which conditions were unknown; what does not hold stops the act all the same.
  const failing = conditions.find(
    (one) => one.holds === 'no' || (one.holds === 'unknown' && run.by === 'envelope'),
  )
  if (failing !== undefined)
    return { ...refusal('PRECONDITION', `the precondition does not hold: ${failing.says}`), conditions }
  if (run.by === 'people') return null
  const own = ruleOf(run, shop)?.preconditions ?? []
  const lacking = own.find(({ field, equals }) => holds(seen, field, equals) !== 'yes')
  if (lacking === undefined) return null
  const actual = seen.fields[lacking.field] ?? 'unknown'
  return refusal(
    'PRECONDITION',
    `expected ${lacking.field} to be ${lacking.equals.join(' or ')}, got ${actual}`,
  )
}

/** Other members are looked at only where there is a floor: a look at a dead one takes its time. */
async function breaksFloor(
  hand: Hand,
  seen: Observation,
  draft: StepDraft,
  run: Run,
  shop: Workshop,
): Promise<string | null> {
  const floor = floorFor(hand.target.service, run, shop)
  if (floor === 0) return null
  const serving = await servingOf(hand, seen, draft, shop.config.targets, shop.timing.observe)
  // The envelope is stricter: there, unknown is never enough, and repairing below the floor takes people.
  const breaks = hitsFloor(serving, floor) || (run.by === 'envelope' && (serving?.during ?? -1) < floor)
  if (!breaks) return null
  return `expected at least ${floor} members to keep serving, got ${serving?.during ?? 'unknown'}`
}

/** How many members of the service must keep serving, as far as this runner was told. */
export function floorFor(service: string, run: Run, shop: Workshop): number {
  const floors = markOf(run, shop)?.floors ?? {}
  const catalogue = Object.hasOwn(floors, service) ? (floors[service] ?? 0) : 0
  return run.by === 'envelope' ? Math.max(catalogue, ruleOf(run, shop)?.floor ?? 0) : catalogue
}

function markOf({ plan }: Run, shop: Workshop) {
  return shop.journal.state.plans.get(digestOf('countersign/plan/v1', plan.plan as never))
}

function ruleOf({ plan }: Run, shop: Workshop) {
  const { id, digest } = plan.plan.runbook
  return shop.config.unsigned.find((rule) => rule.runbook === id && rule.digest === digest)
}
