/**
 * Says what the control plane does next with a proposal: the one place where its life is steered. Pure: the same
 * state, clock and settings give the same answer, so a crash between two steps changes nothing.
 */
import type { Duration, Instant } from '../kernel/instant.ts'
import { never } from '../kernel/never.ts'
import type { Decision } from '../policy/decision.ts'
import type { LadderRung } from '../policy/policy.ts'
import type { Runbook } from '../runbook/runbook.ts'
import { missingFor, strictness } from './asking.ts'
import { outcomeOf } from './ending.ts'
import type { Outcome } from './event.ts'
import type { Proposal } from './proposal.ts'

export type Next =
  | { do: 'read-evidence' }
  | { do: 'request-plan' }
  | { do: 'decide' }
  | { do: 'end-observation' }
  | { do: 'open-approval' }
  | { do: 'grant' }
  | { do: 'escalate-approval'; rung: number; role: string }
  | { do: 'close-approval'; why: 'unanswered' | 'plan-expired' }
  | { do: 'open-health' }
  | { do: 'sample-health' }
  | { do: 'undo'; because: string }
  | { do: 'void'; because: string; waited?: true }
  | { do: 'close'; outcome: Outcome; because: string }
  /** Until something is reported, or until the time given. `late` says what passes unanswered then. */
  | { do: 'wait'; until: Instant | null }
  | { do: 'nothing' }

export type Steering = {
  now: Instant
  ladder: readonly LadderRung[]
  runbook: Runbook | null
  onePerson: boolean
}

/** How long the control plane waits for a runner before it hands over to a person. */
const PATIENCE = { plan: 60_000, start: 30_000, run: 900_000, undo: 300_000 } satisfies Record<
  string,
  Duration
>

/** Voided plans are made anew this often; then a person looks why the target does not stand still. */
const MOST_VOIDS = 2

/** What a machine decided alone is looked at anew when it could not run within this time, and so often at most. */
const OLD_AFTER: Duration = 30_000
const MOST_RENEWALS = 40

export function next(state: Proposal, steering: Steering): Next {
  switch (state.phase) {
    case 'new':
    case 'closed':
      return { do: 'nothing' }
    case 'reading':
      if (state.renewals > MOST_RENEWALS)
        return handOver('it could not run for a long time: something holds its target')
      return state.voids > MOST_VOIDS
        ? handOver(`the target moved ${state.voids} times between plan and act`)
        : { do: 'read-evidence' }
    case 'plannable':
      return { do: 'request-plan' }
    case 'planning':
      return waitFor(
        state.since + PATIENCE.plan,
        steering,
        `runner "${state.runner}" did not answer with a plan`,
      )
    case 'deciding':
      return { do: 'decide' }
    case 'observing':
      return steering.now >= state.until ? { do: 'end-observation' } : { do: 'wait', until: state.until }
    case 'cleared':
      return cleared(state, steering)
    case 'asking':
      return asking(state, steering)
    case 'granted':
      return waitFor(
        state.grant.grant.notAfter + PATIENCE.start,
        steering,
        'the runner did not say whether it started: look at the target before anything else',
      )
    case 'executing':
      return waitFor(
        state.grant.grant.notAfter + PATIENCE.run,
        steering,
        'the runner fell silent while it ran: the effect is unknown until the target was looked at',
      )
    case 'finished':
      return finished(state, steering)
    case 'watching':
      return { do: 'sample-health' }
    case 'judged':
      return judged(state, steering)
    case 'undoing':
      return waitFor(state.since + PATIENCE.undo, steering, 'the runner did not confirm the undo')
    case 'ending':
      return ending(state)
    default:
      return never(state)
  }
}

type In<P extends Proposal['phase']> = Extract<Proposal, { phase: P }>

/** What no signature lifts, in whatever phase it stands. */
function barred({ decided, planned }: In<'cleared' | 'asking'>): Next | null {
  if (planned.signed.plan.limits.length > 0)
    return { do: 'close', outcome: 'refused', because: 'a hard limit is hit' }
  return decided.decision.outcome === 'refuse' ? refused(decided.decision) : null
}

function cleared(state: In<'cleared'>, { now }: Steering): Next {
  const { decided, observedOnce, planned } = state
  const { decision } = decided
  const bar = barred(state)
  if (bar !== null) return bar
  switch (decision.outcome) {
    case 'auto':
      if (strictness(decision, planned.signed.plan) !== 'none') return { do: 'open-approval' }
      if (now - decided.at > OLD_AFTER)
        return { do: 'void', because: 'it waited: it is looked at anew before it runs alone', waited: true }
      return now >= planned.signed.plan.expiresAt
        ? { do: 'void', because: 'the plan expired before it could be granted' }
        : { do: 'grant' }
    case 'confirm':
    case 'authorize':
      return { do: 'open-approval' }
    case 'observe':
      return observedOnce ? { do: 'open-approval' } : handOver('it should be observed, and has no deadline')
    case 'refuse':
      return refused(decision)
    default:
      return never(decision.outcome)
  }
}

function asking(state: In<'asking'>, { now, ladder, onePerson }: Steering): Next {
  const { asking, planned } = state
  const bar = barred(state)
  if (bar !== null) return bar
  if (now >= planned.signed.plan.expiresAt) return { do: 'close-approval', why: 'plan-expired' }
  if (missingFor(asking, state.decided.decision, planned.signed.plan, onePerson) === null)
    return { do: 'grant' }
  if (now < asking.until) return { do: 'wait', until: Math.min(asking.until, planned.signed.plan.expiresAt) }
  const rung = ladder[asking.rung + 1]
  if (rung === undefined) return { do: 'close-approval', why: 'unanswered' }
  return { do: 'escalate-approval', rung: asking.rung + 1, role: rung.role }
}

function finished(state: In<'finished'>, { runbook }: Steering): Next {
  const interrupt = interruptedAtEnd(state)
  if (interrupt !== null) return interrupt
  switch (state.result) {
    case 'succeeded':
    case 'nothing-done':
      return runbook === null
        ? handOver('its runbook is gone, so health cannot be judged')
        : { do: 'open-health' }
    case 'undone':
      return { do: 'close', outcome: 'undone', because: state.why }
    case 'stopped':
      return { do: 'close', outcome: 'aborted', because: state.why }
    default:
      return handOver(state.why)
  }
}

/** The last step may have ended before the runner heard of it: what the person said stands all the same. */
function interruptedAtEnd({ interrupted, result }: In<'finished'>): Next | null {
  if (interrupted === undefined || !['succeeded', 'nothing-done', 'stopped'].includes(result)) return null
  const { how, person } = interrupted
  if (how === 'take') return { do: 'close', outcome: 'taken', because: `${person} took it over` }
  return how === 'reverse' && result === 'succeeded' ? { do: 'undo', because: `${person} reversed it` } : null
}

/** Time spent blind does not count as healthy: it ends like a failure. */
function judged(state: In<'judged'>, { runbook, now }: Steering): Next {
  if (state.better === 'yes') {
    return { do: 'close', outcome: 'resolved', because: 'health was confirmed within the window' }
  }
  const because =
    state.better === 'no'
      ? 'health did not improve within the window'
      : 'health could not be read within the window'
  const changed = state.steps.some((step) => step.phase === 'verified')
  const undoable = changed && state.planned.signed.plan.steps.every((step) => step.undo !== null)
  const inTime = now < state.grant.grant.undo.notAfter
  if (runbook?.health.ifNotBetter === 'undo' && undoable && inTime) return { do: 'undo', because }
  return handOver(because)
}

function ending({ by, before }: In<'ending'>): Next {
  const said = 'interrupted' in before ? before.interrupted : undefined
  // Nothing was done, and a person wants it so: no new try, whatever the runner's reason was.
  if (by.type === 'not-started' && said !== undefined)
    return {
      do: 'close',
      outcome: said.how === 'take' ? 'taken' : 'aborted',
      because: `${said.person} said ${said.how} before it started`,
    }
  if (by.type === 'not-started' && by.refused.code === 'STATE_MOVED' && 'proposed' in before) {
    return { do: 'void', because: by.refused.says }
  }
  return { do: 'close', ...outcomeOf(by) }
}

function waitFor(until: Instant, { now }: Steering, late: string): Next {
  return now >= until ? handOver(late) : { do: 'wait', until }
}

function handOver(because: string): Next {
  return { do: 'close', outcome: 'escalated', because }
}

function refused({ because }: Decision): Next {
  const says = because.find((reason) => reason.outcome === 'refuse')?.says ?? 'policy refuses it'
  return { do: 'close', outcome: 'refused', because: says }
}
