/**
 * Drives a proposal until it must wait: load, ask core what is next, do it, record it. Reading from outside happens
 * before the commit, deciding inside it; whoever else came first wins, and this run looks again.
 */
import { type Next, next } from '@countersign/core/proposal/next'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { Conflict, inTransaction, isAway } from '../database/transaction.ts'
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
      if (!isOutside(now)) return (await goOn(tx, context, loaded)).seq > loaded.seq
      if (outside === null || outside.length === 0) return false
      await goOn(tx, context, await appendProposal(tx, context, loaded, outside))
      return true
    })
    if (!goesOn) return
  }
  await inTransaction(context.pool, (tx) => hint(tx, id))
}

/** Takes every step that needs nothing from outside, in the caller's commit: each still is an entry of its own. */
export async function goOn(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
): Promise<LoadedProposal> {
  let current = loaded
  for (let step = 0; step < MOST_STEPS; step++) {
    const todo = next(current.state, steering(current.state, context.now(), context))
    if (todo.do === 'nothing' || todo.do === 'wait' || isOutside(todo)) break
    const after = await carryOut(tx, context, current, todo)
    if (after === null || after.seq === current.seq) break
    current = after
  }
  return current
}

/**
 * As `goOn`, for commits that record what somebody reported or signed: what follows from it must not keep that from
 * being recorded. A failure is left to the job that every append enqueues.
 */
export async function goOnSafely(
  tx: pg.PoolClient,
  context: Context,
  appended: LoadedProposal,
): Promise<LoadedProposal> {
  await tx.query('savepoint appended')
  try {
    return await goOn(tx, context, appended)
  } catch (error) {
    if (error instanceof Conflict || isAway(error)) throw error
    context.logger.error({ err: error, proposal: appended.id }, 'what follows is tried again as a job')
    await tx.query('rollback to savepoint appended')
    return appended
  }
}

function isOutside(todo: Next): boolean {
  return todo.do === 'read-evidence' || todo.do === 'sample-health'
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

/** Null: it waits for somebody else now. */
async function carryOut(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  todo: Next,
): Promise<LoadedProposal | null> {
  switch (todo.do) {
    case 'request-plan':
      return requestPlan(tx, context, loaded)
    case 'decide':
      return decideProposal(tx, context, loaded)
    case 'end-observation':
      return appendProposal(tx, context, loaded, [{ event: { type: 'observed' } }])
    case 'open-approval':
      return openApproval(tx, context, loaded)
    case 'escalate-approval':
      return escalate(tx, context, loaded, todo)
    case 'close-approval':
      return appendProposal(tx, context, loaded, [{ event: { type: 'approval-closed', why: todo.why } }])
    case 'grant':
      return grant(tx, context, loaded)
    case 'open-health':
      return openHealth(tx, context, loaded)
    case 'undo':
      return undo(tx, context, loaded, todo.because)
    case 'void':
      return appendProposal(tx, context, loaded, [
        { event: { type: 'voided', because: todo.because, ...(todo.waited ? { waited: true } : {}) } },
      ])
    case 'close':
      return closeProposal(tx, context, loaded, todo.outcome, todo.because)
    default:
      throw new Error(
        `nothing to carry out for "${todo.do}" of proposal ${loaded.id} in "${loaded.state.phase}"`,
      )
  }
}

async function grant(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
): Promise<LoadedProposal | null> {
  const { id, state } = loaded
  if (state.phase !== 'cleared' && state.phase !== 'asking') return loaded
  const issued = await issueGrant(tx, context, id, state, runbookOf(state, context))
  if ('void' in issued)
    return appendProposal(tx, context, loaded, [{ event: { type: 'voided', because: issued.void } }])
  if ('wait' in issued) {
    await waitForGrant(tx, context, loaded, state, issued.wait)
    return null
  }
  const { grant, task } = issued
  const { signed } = state.planned
  const appended = await appendProposal(tx, context, loaded, [{ event: { type: 'granted', grant, task } }])
  await handOut(tx, context, signed.plan.runner, id, { type: 'execute', id: task, plan: signed, grant })
  return appended
}

async function openHealth(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
): Promise<LoadedProposal> {
  const runbook = runbookOf(loaded.state, context)
  if (runbook === null) return loaded
  const { window, samples } = runbook.health
  return appendProposal(tx, context, loaded, [
    { event: { type: 'health-opened', until: context.now() + window, samples } },
  ])
}

async function undo(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  because: string,
): Promise<LoadedProposal> {
  const { id, state } = loaded
  if (!('grant' in state)) return loaded
  const task = uuid(context.now())
  const appended = await appendProposal(tx, context, loaded, [
    { event: { type: 'undo-requested', because, task, acts: [] } },
  ])
  const { grant } = state.grant
  await handOut(tx, context, grant.runner, id, { type: 'undo', id: task, grant: grant.id, because, acts: [] })
  return appended
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
