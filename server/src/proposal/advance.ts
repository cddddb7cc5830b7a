/**
 * Drives a proposal until it must wait: load, ask core what is next, do it, record it. Reading from outside happens
 * before the commit, deciding inside it; whoever else came first wins, and this run looks again.
 */
import { type Next, next } from '@countersign/core/proposal/next'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { issueGrant } from '../grant/issue.ts'
import { enqueue } from '../jobs/queue.ts'
import { decideProposal } from '../policy/handle.ts'
import { handOut } from '../runner/tasks.ts'
import { uuid } from '../uuid.ts'
import { closeProposal } from './close.ts'
import { assessNow, sampleHealth } from './observe.ts'
import { openApproval } from './open-approval.ts'
import { requestPlan } from './request-plan.ts'
import { runbookOf, steering } from './steering.ts'
import { appendProposal, hint, type LoadedProposal, loadProposal, type ProposalFact } from './stream.ts'
import { waitForGrant } from './wait.ts'

/** A bound on steps in one go; the rest follows in the next job. */
const MOST_STEPS = 30
const LOOK_AGAIN = 2_000

export async function advanceProposal(context: Context, id: string): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    const { state } = await loadProposal(context.pool, id)
    const todo = next(state, steering(state, context.now(), context))
    if (todo.do === 'nothing' || todo.do === 'wait') return
    const outside = await readOutside(context, id, state, todo)
    const goesOn = await inTransaction(context.pool, async (tx) => {
      const loaded = await loadProposal(tx, id)
      const now = next(loaded.state, steering(loaded.state, context.now(), context))
      if (now.do !== todo.do || loaded.state.phase !== state.phase) return true
      return carryOut(tx, context, loaded, now, outside)
    })
    if (!goesOn) return
  }
  await inTransaction(context.pool, (tx) => hint(tx, id))
}

/** What has to be read from the world before it can be recorded; null where the step was not finished here. */
async function readOutside(
  context: Context,
  id: string,
  state: Proposal,
  todo: Next,
): Promise<ProposalFact[] | null> {
  if (todo.do === 'read-evidence' && state.phase === 'reading') return assessNow(context, state)
  if (todo.do === 'sample-health' && state.phase === 'watching') return sampleHealth(context, id, state)
  return null
}

/** True: there may be more to do at once. */
async function carryOut(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  todo: Next,
  outside: ProposalFact[] | null,
): Promise<boolean> {
  const { id, state } = loaded
  switch (todo.do) {
    case 'read-evidence':
    case 'sample-health':
      if (outside === null || outside.length === 0) return false
      return done(await appendProposal(tx, context, loaded, outside))
    case 'request-plan':
      return done(await requestPlan(tx, context, loaded))
    case 'decide':
      return done(await decideProposal(tx, context, loaded))
    case 'end-observation':
      return done(await appendProposal(tx, context, loaded, [{ event: { type: 'observed' } }]))
    case 'open-approval':
      return done(await openApproval(tx, context, loaded))
    case 'escalate-approval':
      return done(await escalate(tx, context, loaded, todo))
    case 'close-approval':
      return done(
        await appendProposal(tx, context, loaded, [{ event: { type: 'approval-closed', why: todo.why } }]),
      )
    case 'grant':
      return grant(tx, context, loaded)
    case 'open-health':
      return openHealth(tx, context, loaded)
    case 'undo':
      return undo(tx, context, loaded, todo.because)
    case 'void':
      return done(
        await appendProposal(tx, context, loaded, [{ event: { type: 'voided', because: todo.because } }]),
      )
    case 'close':
      return done(await closeProposal(tx, context, loaded, todo.outcome, todo.because))
    default:
      throw new Error(`nothing to carry out for "${todo.do}" of proposal ${id} in "${state.phase}"`)
  }
}

function done(_: LoadedProposal): true {
  return true
}

async function grant(tx: pg.PoolClient, context: Context, loaded: LoadedProposal): Promise<boolean> {
  const { id, state } = loaded
  if (state.phase !== 'cleared' && state.phase !== 'asking') return true
  const issued = await issueGrant(tx, context, id, state, runbookOf(state, context))
  if ('void' in issued) {
    await appendProposal(tx, context, loaded, [{ event: { type: 'voided', because: issued.void } }])
    return true
  }
  if ('wait' in issued) {
    await waitForGrant(tx, context, loaded, state, issued.wait)
    return false
  }
  const { grant, task } = issued
  const { signed } = state.planned
  await appendProposal(tx, context, loaded, [{ event: { type: 'granted', grant, task } }])
  await handOut(tx, context, signed.plan.runner, id, { type: 'execute', id: task, plan: signed, grant })
  return false
}

async function openHealth(tx: pg.PoolClient, context: Context, loaded: LoadedProposal): Promise<boolean> {
  const runbook = runbookOf(loaded.state, context)
  if (runbook === null) return true
  const { window, samples } = runbook.health
  await appendProposal(tx, context, loaded, [
    { event: { type: 'health-opened', until: context.now() + window, samples } },
  ])
  return true
}

async function undo(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  because: string,
): Promise<boolean> {
  const { id, state } = loaded
  if (!('grant' in state)) return true
  const task = uuid(context.now())
  await appendProposal(tx, context, loaded, [{ event: { type: 'undo-requested', because, task, acts: [] } }])
  const { grant } = state.grant
  await handOut(tx, context, grant.runner, id, { type: 'undo', id: task, grant: grant.id, because, acts: [] })
  return false
}

async function escalate(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  { rung, role }: Extract<Next, { do: 'escalate-approval' }>,
): Promise<LoadedProposal> {
  const after = context.published.policy()?.policy.ladder[rung]?.after ?? LOOK_AGAIN
  const until = context.now() + after
  const appended = await appendProposal(tx, context, loaded, [
    { event: { type: 'approval-escalated', rung, role, until } },
  ])
  await enqueue(tx, 'page', `${loaded.id} ${role}`)
  return appended
}
