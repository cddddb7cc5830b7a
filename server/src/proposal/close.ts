/** Records the outcome of a proposal, frees what it reserved, and tells its incident in the same commit. */

import type { IncidentEvent } from '@countersign/core/incident/incident'
import type { Outcome } from '@countersign/core/proposal/event'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { freeReserved } from '../grant/store.ts'
import { SETTLING } from '../incident/settling.ts'
import { appendIncident, loadIncident } from '../incident/stream.ts'
import { enqueue } from '../jobs/queue.ts'
import { handOut } from '../runner/tasks.ts'
import { uuid } from '../uuid.ts'
import { proposedOf } from './steering.ts'
import { innermost } from './store.ts'
import { appendProposal, type LoadedProposal } from './stream.ts'

/** Outcomes after which a person has to look. */
const FOR_PEOPLE: readonly Outcome[] = ['undone', 'escalated', 'refused', 'unanswered', 'aborted', 'denied']

export async function closeProposal(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  outcome: Outcome,
  because: string,
): Promise<LoadedProposal> {
  const { id, state } = loaded
  const closed = await appendProposal(tx, context, loaded, [{ event: { type: 'closed', outcome, because } }])
  if (!isUnknown(state)) {
    await freeReserved(tx, id)
    await settle(tx, context, id, state)
  }
  const incident = proposedOf(state)?.incident ?? null
  if (incident !== null) await tellIncident(tx, context, incident, { id, state, outcome, because })
  else if (FOR_PEOPLE.includes(outcome) && outcome !== 'denied') await enqueue(tx, 'page', `${id} ${outcome}`)
  return closed
}

/** A step whose effect nobody has seen keeps its reservation: nothing else touches that target. */
function isUnknown(state: Proposal): boolean {
  if (state.phase === 'ending') return state.by.type === 'undone' && !state.by.complete
  // Closed while it may run: the runner never said whether it started.
  if (state.phase === 'granted') return true
  const inner = innermost(state)
  if (inner.phase === 'executing' || inner.phase === 'undoing') return true
  return inner.phase === 'finished' && inner.result === 'unknown'
}

/** The runner need not fear our silence any more: its right to undo on silence ends here. */
async function settle(tx: pg.PoolClient, context: Context, id: string, state: Proposal): Promise<void> {
  const inner = innermost(state)
  if (!('grant' in inner)) return
  const { grant } = inner.grant
  await handOut(tx, context, grant.runner, id, { type: 'settled', id: uuid(context.now()), grant: grant.id })
}

type Told = { id: string; state: Proposal; outcome: Outcome; because: string }

async function tellIncident(
  tx: pg.PoolClient,
  context: Context,
  incident: string,
  told: Told,
): Promise<void> {
  const loaded = await loadIncident(tx, incident)
  if (loaded.state.status === 'new') return
  const events: IncidentEvent[] = [
    { type: 'proposal-ended', proposal: told.id, outcome: told.outcome, because: told.because },
  ]
  const role = context.published.policy()?.policy.ladder[0]?.role ?? 'sre'
  if (FOR_PEOPLE.includes(told.outcome))
    events.push({
      type: 'escalated',
      role,
      because: told.because,
      asks: 'look at the incident and say how it goes on',
    })
  if (isBreakerOpen(told.state) && loaded.state.cause === null)
    events.push({
      type: 'cause-asked',
      options: ['infrastructure', 'code', 'permissions', 'policy'],
      because: 'the same repair was tried too often: something deeper is wrong',
    })
  await appendIncident(
    tx,
    context,
    loaded,
    events.map((event) => ({ event })),
    true,
  )
  await enqueue(tx, 'advance-incident', incident, { runAt: context.now() + SETTLING })
  if (events.length > 1) await enqueue(tx, 'page', `${told.id} ${told.outcome}`)
}

function isBreakerOpen(state: Proposal): boolean {
  const inner = innermost(state)
  return 'decided' in inner && inner.decided.facts.values['breaker.open'] === true
}
