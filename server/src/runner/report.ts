/** What a report means for the proposal it is about. A plan counts only if the runner signed exactly what was asked. */
import type { Json } from '@countersign/core/kernel/json'
import type { SignedPlan } from '@countersign/core/plan/plan'
import type { ProposalEvent } from '@countersign/core/proposal/event'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type { Refused, Report } from '@countersign/core/runner/protocol'
import { runnerKey } from '@countersign/core/trust/lookup'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import type { Context } from '../context.ts'
import { innermost } from '../proposal/store.ts'

/** Whether it is about another grant than the one of this proposal: a runner may answer late, and twice. */
export function isAboutOther(state: Proposal, report: Report): boolean {
  const inner = innermost(state)
  return 'grant' in report && 'grant' in inner && report.grant !== inner.grant.grant.id
}

/** Null: nothing to record (the state has moved on, or the report is none about a proposal). */
export function toFact(
  context: Context,
  { id, state }: { id: string; state: Proposal },
  report: Report,
): ProposalEvent | null {
  switch (report.type) {
    case 'planned':
      return isAwaited(state, report) ? planned(context, id, state, report.plan) : null
    case 'not-planned':
      return isAwaited(state, report) ? { type: 'not-planned', refused: report.refused } : null
    case 'started':
      return { type: 'execution-started', grant: report.grant }
    case 'not-started':
      return state.phase === 'granted'
        ? { type: 'not-started', grant: report.grant, refused: report.refused }
        : null
    case 'step':
      return { type: 'step-reported', grant: report.grant, step: report.step }
    case 'finished':
      return { type: 'execution-finished', grant: report.grant, result: report.result, why: report.why }
    case 'undone':
      return { type: 'undone', complete: report.complete, why: report.why, steps: report.steps }
    default:
      return null
  }
}

type Planning = Extract<Proposal, { phase: 'planning' }>

/** An answer to an earlier request rests on what was seen then. */
function isAwaited(state: Proposal, { task }: Report): state is Planning {
  return state.phase === 'planning' && state.task === task
}

function planned(context: Context, id: string, state: Planning, signed: SignedPlan): ProposalEvent {
  const problem = planProblem(context, id, state, signed)
  if (problem !== null) return { type: 'not-planned', refused: refused(problem) }
  return {
    type: 'planned',
    plan: signed,
    digest: digestOf('countersign/plan/v1', signed.plan as unknown as Json),
  }
}

function planProblem(
  context: Context,
  id: string,
  { proposed, runner }: Planning,
  { plan, signature }: SignedPlan,
): string | null {
  const key = runnerKey(context.trust.current().body, runner, context.now())
  if (key === null || !verifyMachine('countersign/plan/v1', plan as unknown as Json, key.key, signature))
    return `the plan is not signed by runner "${runner}"`
  if (plan.site !== context.site) return 'the plan is for another site'
  if (plan.proposal !== id) return 'the plan is for another proposal'
  if (plan.proposer.kind !== proposed.proposer.kind || plan.proposer.id !== proposed.proposer.id)
    return 'the plan names another proposer'
  if (plan.intent !== proposed.intent) return 'the plan is for another intent'
  if (plan.runbook.digest !== proposed.runbook.digest) return 'the plan follows another runbook'
  if (plan.runner !== runner) return `the plan names runner "${plan.runner}"`
  return null
}

function refused(says: string): Refused {
  return { code: 'PLAN_CHANGED', says, limits: [], conditions: [] }
}
