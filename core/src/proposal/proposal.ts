/**
 * A proposal lives from a wish to its outcome: evidence, plan, decision, approval, grant, execution, health. State is
 * one shape per phase, so that a running execution cannot lack its grant; `evolve` folds the past and decides nothing.
 */
import type { SignedAct } from '../act/act.ts'
import type { Assessment } from '../evidence/assess.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { StoredFacts } from '../facts/stored.ts'
import type { SignedGrant } from '../grant/grant.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import { never } from '../kernel/never.ts'
import type { SignedPlan } from '../plan/plan.ts'
import type { Decision } from '../policy/decision.ts'
import type { ApproverRule } from '../policy/policy.ts'
import type { StepReport } from '../runner/protocol.ts'
import type { Outcome, ProposalEvent, WaitReason } from './event.ts'

export type Proposed = Extract<ProposalEvent, { type: 'proposed' }> & { at: Instant }
export type Read = { round: number; items: Evidence[]; assessment: Assessment; at: Instant }
export type Planned = { signed: SignedPlan; digest: Digest }
export type Decided = { decision: Decision; facts: StoredFacts; at: Instant }
export type Asking = {
  approvers: ApproverRule[]
  asked: string[]
  authors: string[]
  rung: number
  until: Instant
  acts: SignedAct[]
}

/** `voids` counts how often the plan was void and made anew. */
type Base = { proposed: Proposed; reads: Read[]; observedOnce: boolean; voids: number; renewals: number }
type WithPlan = Base & { planned: Planned }
type WithDecision = WithPlan & { decided: Decided }
type WithGrant = WithDecision & {
  acts: SignedAct[]
  grant: SignedGrant
  task: string
  steps: StepReport[]
  interrupted?: Interrupted
}
/** The last word of a person while it runs; what is at hand is finished first. */
export type Interrupted = { how: 'abort' | 'reverse' | 'take'; person: string }
/** Why no grant is given although it could be. */
type Waiting = { waits?: WaitReason }

export type Proposal =
  | { phase: 'new' }
  | ({ phase: 'reading' } & Base)
  | ({ phase: 'plannable' } & Base)
  | ({ phase: 'planning'; task: string; runner: string; since: Instant } & Base)
  | ({ phase: 'deciding' } & WithPlan)
  | ({ phase: 'observing'; until: Instant } & WithDecision)
  | ({ phase: 'cleared' } & WithDecision & Waiting)
  | ({ phase: 'asking'; asking: Asking } & WithDecision & Waiting)
  | ({ phase: 'granted' } & WithGrant)
  | ({ phase: 'executing' } & WithGrant)
  | ({ phase: 'finished'; result: string; why: string; at: Instant } & WithGrant)
  | ({ phase: 'watching'; from: Instant; until: Instant } & WithGrant)
  | ({ phase: 'judged'; better: 'yes' | 'no' | 'blind' } & WithGrant)
  | ({ phase: 'undoing'; undoTask: string; because: string; since: Instant } & WithGrant)
  | { phase: 'ending'; before: Proposal; by: Ending }
  | { phase: 'closed'; before: Proposal; outcome: Outcome; because: string }

/** The events after which only the outcome remains to be recorded. */
export type Ending = Extract<
  ProposalEvent,
  { type: 'undone' | 'not-planned' | 'not-started' | 'denied' | 'approval-closed' }
>

export const newProposal: Proposal = { phase: 'new' }

/** Folds one recorded event. An event that does not fit the phase leaves the state as it is. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one case per event, nothing else
export function evolveProposal(state: Proposal, event: ProposalEvent, at: Instant): Proposal {
  switch (event.type) {
    case 'proposed':
      if (state.phase !== 'new') return state
      return {
        phase: 'reading',
        proposed: { ...event, at },
        reads: [],
        observedOnce: false,
        voids: 0,
        renewals: 0,
      }
    case 'evidence-read':
      return read(state, event, at)
    case 'plan-requested':
      return state.phase === 'plannable'
        ? { ...state, phase: 'planning', task: event.task, runner: event.runner, since: at }
        : state
    case 'planned':
      return state.phase === 'planning'
        ? { ...base(state), phase: 'deciding', planned: { signed: event.plan, digest: event.digest } }
        : state
    case 'decided':
      return decided(state, event, at)
    case 'approval-opened':
    case 'approved':
    case 'approval-escalated':
      return asked(state, event)
    case 'granted':
      return granted(state, event)
    case 'execution-started':
    case 'step-reported':
    case 'execution-finished':
      return executed(state, event, at)
    case 'health-opened':
      return state.phase === 'finished'
        ? { ...withGrant(state), phase: 'watching', from: at, until: event.until }
        : state
    case 'health-judged':
      return state.phase === 'watching'
        ? { ...withGrant(state), phase: 'judged', better: event.better }
        : state
    case 'undo-requested':
      return undoing(state, event, at)
    case 'observed':
      return state.phase === 'observing' ? { ...base(state), phase: 'reading', observedOnce: true } : state
    case 'voided':
      return voided(state, event.waited === true)
    case 'undone':
    case 'not-planned':
    case 'not-started':
    case 'denied':
    case 'approval-closed':
      return mayEnd(state, event) ? { phase: 'ending', before: state, by: event } : state
    case 'closed':
      return state.phase === 'closed'
        ? state
        : { phase: 'closed', before: state, outcome: event.outcome, because: event.because }
    case 'grant-waits':
      return state.phase === 'cleared' || state.phase === 'asking' ? { ...state, waits: event.why } : state
    case 'interrupted':
      return hasGrant(state)
        ? { ...state, interrupted: { how: event.how, person: event.signed.person } }
        : state
    case 'approval-refused':
      return state
    default:
      return never(event)
  }
}

/** Each ending has its phases: a no that comes after the grant stops nothing, and what is closed stays closed. */
function mayEnd(state: Proposal, event: Ending): boolean {
  switch (event.type) {
    case 'not-planned':
      return state.phase === 'planning'
    case 'denied':
      return 'planned' in state && !hasGrant(state)
    case 'approval-closed':
      return state.phase === 'asking'
    case 'not-started':
      return state.phase === 'granted'
    case 'undone':
      return hasGrant(state)
    default:
      return never(event)
  }
}

/** Also after the end: a person may reverse it while the right to undo lasts. */
function undoing(
  state: Proposal,
  event: Extract<ProposalEvent, { type: 'undo-requested' }>,
  at: Instant,
): Proposal {
  const from = innermost(state)
  if (!hasGrant(from)) return state
  return { ...withGrant(from), phase: 'undoing', undoTask: event.task, because: event.because, since: at }
}

function innermost(state: Proposal): Proposal {
  return state.phase === 'ending' || state.phase === 'closed' ? innermost(state.before) : state
}

/** Only what has not started can be void: afterwards there is an effect to answer for. */
function voided(state: Proposal, hasWaited: boolean): Proposal {
  const from = state.phase === 'ending' ? state.before : state
  if (!('proposed' in from) || (hasGrant(from) && from.phase !== 'granted')) return state
  const { voids, renewals } = from
  return hasWaited
    ? { ...base(from), phase: 'reading', renewals: renewals + 1 }
    : { ...base(from), phase: 'reading', voids: voids + 1 }
}

function read(
  state: Proposal,
  event: Extract<ProposalEvent, { type: 'evidence-read' }>,
  at: Instant,
): Proposal {
  if (state.phase !== 'reading') return state
  const { round, items, assessment } = event
  return { ...state, phase: 'plannable', reads: [...state.reads, { round, items, assessment, at }] }
}

function decided(state: Proposal, event: Extract<ProposalEvent, { type: 'decided' }>, at: Instant): Proposal {
  if (state.phase !== 'deciding') return state
  const next = {
    ...base(state),
    planned: state.planned,
    decided: { decision: event.decision, facts: event.facts, at },
  }
  if (event.observing !== null) return { ...next, phase: 'observing', until: event.observing }
  return { ...next, phase: 'cleared' }
}

type Ask = Extract<ProposalEvent, { type: 'approval-opened' | 'approved' | 'approval-escalated' }>

function asked(state: Proposal, event: Ask): Proposal {
  if (event.type === 'approval-opened') {
    if (state.phase !== 'cleared') return state
    const { approvers, asked, authors, rung, until } = event
    return { ...state, phase: 'asking', asking: { approvers, asked, authors, rung, until, acts: [] } }
  }
  if (state.phase !== 'asking') return state
  const { asking } = state
  if (event.type === 'approved')
    return { ...state, asking: { ...asking, acts: [...asking.acts, event.signed] } }
  const { rung, until, role } = event
  return { ...state, asking: { ...asking, rung, until, asked: [...asking.asked, role] } }
}

function granted(state: Proposal, event: Extract<ProposalEvent, { type: 'granted' }>): Proposal {
  if (state.phase !== 'cleared' && state.phase !== 'asking') return state
  const acts = state.phase === 'asking' ? state.asking.acts : []
  return {
    ...base(state),
    phase: 'granted',
    planned: state.planned,
    decided: state.decided,
    acts,
    grant: event.grant,
    task: event.task,
    steps: [],
  }
}

type Run = Extract<ProposalEvent, { type: 'execution-started' | 'step-reported' | 'execution-finished' }>

function executed(state: Proposal, event: Run, at: Instant): Proposal {
  if (!hasGrant(state)) return state
  const kept = withGrant(state)
  if (event.type === 'execution-finished')
    return state.phase === 'granted' || state.phase === 'executing'
      ? { ...kept, phase: 'finished', result: event.result, why: event.why, at }
      : state
  const steps = event.type === 'step-reported' ? [...kept.steps, event.step] : kept.steps
  if (state.phase === 'granted') return { ...kept, steps, phase: 'executing' }
  return { ...state, steps }
}

type Granted = Extract<Proposal, WithGrant>

function hasGrant(state: Proposal): state is Granted {
  return 'grant' in state
}

function base({ proposed, reads, observedOnce, voids, renewals }: Base): Base {
  return { proposed, reads, observedOnce, voids, renewals }
}

function withGrant({ planned, decided, acts, grant, task, steps, interrupted, ...rest }: Granted): WithGrant {
  const kept = { ...base(rest), planned, decided, acts, grant, task, steps }
  return interrupted === undefined ? kept : { ...kept, interrupted }
}
