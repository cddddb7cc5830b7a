/** Moves an incident on: routes it, proposes repairs, calls people, and resolves it when its signals have ended. */
import type { Incident, IncidentEvent } from '@countersign/core/incident/incident'
import type { Routing } from '@countersign/core/incident/route'
import type { Instant } from '@countersign/core/kernel/instant'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { Refusal } from '../http/refusal.ts'
import { enqueue } from '../jobs/queue.ts'
import { propose } from '../proposal/make.ts'
import { uuid } from '../uuid.ts'
import { type Repair, repairsOf, routeIncident } from './routing.ts'
import { SETTLING } from './settling.ts'
import { appendIncident, type LoadedIncident, loadIncident } from './stream.ts'

export async function advanceIncident(context: Context, id: string): Promise<void> {
  await inTransaction(context.pool, async (tx) => {
    const loaded = await loadIncident(tx, id)
    const events = await whatNext(tx, context, loaded)
    if (events.length > 0)
      await appendIncident(
        tx,
        context,
        loaded,
        events.map((event) => ({ event })),
        false,
      )
    if (events.some(({ type }) => type === 'escalated')) await enqueue(tx, 'page', `incident ${id}`)
  })
}

async function whatNext(
  tx: pg.PoolClient,
  context: Context,
  { id, state }: LoadedIncident,
): Promise<IncidentEvent[]> {
  if (state.status !== 'open') return []
  const waiting = state.proposals.some(({ outcome }) => outcome === null)
  if (Object.keys(state.firing).length === 0) return waiting ? [] : [resolved(state.proposals)]
  const routing = routeIncident(context, state)
  const events: IncidentEvent[] = []
  if (isNews(state.route, routing))
    events.push({ type: 'incident-routed', severity: state.severity, ...routing })
  if (routing.route !== 'repair' && isNews(state.route, routing) && state.takenBy === null)
    events.push(callPerson(context, routing))
  if (routing.route === 'person') return events
  const odd = contradiction(state, context.now())
  if (odd !== null) events.push(callPerson(context, { ...routing, because: odd }))
  for (const repair of repairsOf(context, state)) {
    if (isTried(state, repair.target)) continue
    const made = await makeRepair(tx, context, id, repair)
    if ('proposal' in made)
      events.push({ type: 'proposal-linked', ...made, runbook: repair.runbook, target: repair.target })
    else if (!state.escalations.some(({ because }) => because === made.because))
      events.push(callPerson(context, { ...routing, because: made.because }))
  }
  return events
}

function isNews(known: Routing | null, now: Routing): boolean {
  return known?.route !== now.route || known.actionability !== now.actionability
}

function resolved(proposals: { id: string; outcome: string | null }[]): IncidentEvent {
  const helped = proposals.findLast(({ outcome }) => outcome === 'resolved')
  return {
    type: 'incident-resolved',
    because:
      helped === undefined
        ? 'its signals ended without an act of ours'
        : 'its signals ended after the repair',
    proposal: helped?.id ?? null,
  }
}

function callPerson({ published }: Context, { because }: Routing): IncidentEvent {
  const role = published.policy()?.policy.ladder[0]?.role ?? 'sre'
  return { type: 'escalated', role, because, asks: 'look at the incident and say how it goes on' }
}

/** A target is tried again only for a signal that came after a repair that was judged healthy. */
function isTried({ proposals, firing }: Incident, target: string | null): boolean {
  const newest = Math.max(
    ...Object.values(firing)
      .filter((one) => one.target === target)
      .map((one) => one.acceptedAt),
  )
  return proposals.some(
    (one) =>
      one.target === target &&
      !((one.outcome === 'resolved' || one.outcome === 'no-action') && newest > (one.endedAt ?? 0)),
  )
}

/** Healthy by our checks, yet the monitor goes on: the two disagree, and a person has to say which is right. */
function contradiction({ proposals, firing, escalations }: Incident, now: Instant): string | null {
  const because = 'the repair was judged healthy, but its signal goes on'
  if (escalations.some((one) => one.because === because)) return null
  const goesOn = proposals.some(
    ({ outcome, endedAt, target }) =>
      outcome === 'resolved' &&
      endedAt !== null &&
      now - endedAt >= SETTLING &&
      Object.values(firing).some((one) => one.target === target && one.acceptedAt <= endedAt),
  )
  return goesOn ? because : null
}

async function makeRepair(
  tx: pg.PoolClient,
  context: Context,
  incident: string,
  repair: Repair,
): Promise<{ proposal: string } | { because: string }> {
  try {
    const made = await propose(tx, context, {
      id: uuid(context.now()),
      incident,
      runbook: repair.runbook,
      parameters: repair.parameters,
      proposer: { kind: 'detector', id: `runbook ${repair.runbook}` },
      reason: `a signal of incident ${incident} triggered the runbook`,
      expectedStateVersion: null,
    })
    return { proposal: made.id }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Names only: the values are labels, which may hold anything.
    const names = (error.problem.errors ?? []).map(({ path }) => path).join(', ')
    return { because: `runbook "${repair.runbook}" does not take what the signal gives: ${names}` }
  }
}
