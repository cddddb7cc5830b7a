/** Loads and appends the stream of an incident, with its read model in the same commit. */

import {
  evolveIncident,
  type Incident,
  type IncidentEvent,
  newIncident,
} from '@countersign/core/incident/incident'
import type { Actor } from '@countersign/core/kernel/actor'
import type { Json } from '@countersign/core/kernel/json'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { enqueue } from '../jobs/queue.ts'
import { jobKey } from '../jobs/reconcile.ts'
import type { Retention } from '../record/append.ts'
import { loadStream } from '../record/load.ts'
import { record } from '../record/record.ts'
import { projectIncident } from './store.ts'

export type LoadedIncident = { id: string; seq: number; head: Uint8Array | null; state: Incident }
export type IncidentFact = { event: IncidentEvent; by?: Actor; private?: { class: Retention; body: Json } }

export function incidentStream(id: string): string {
  return `incident/${id}`
}

export async function loadIncident(db: pg.ClientBase | pg.Pool, id: string): Promise<LoadedIncident> {
  const stream = await loadStream(db, incidentStream(id))
  const state = stream.events.reduce(
    (state, { type, state: payload, at }) =>
      evolveIncident(state, { ...(payload as object), type } as IncidentEvent, at),
    newIncident,
  )
  return { id, seq: stream.seq, head: stream.head ?? null, state }
}

/** `advance`: whether the incident is to be looked at again right after the commit. */
export async function appendIncident(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedIncident,
  facts: readonly IncidentFact[],
  advance: boolean,
): Promise<LoadedIncident> {
  const now = context.now()
  const state = facts.reduce((state, { event }) => evolveIncident(state, event, now), loaded.state)
  const recorded = await record(
    tx,
    [
      {
        stream: incidentStream(loaded.id),
        kind: 'incident',
        expected: loaded.seq,
        ...(loaded.head === null ? {} : { head: loaded.head }),
        events: facts.map(({ event, by, private: secret }) => {
          const { type, ...payload } = event
          return {
            type,
            actor: by ?? actorOf(event),
            state: payload as unknown as Json,
            ...(secret === undefined ? {} : { private: secret }),
          }
        }),
        dueAt: advance ? now : null,
      },
    ],
    () => now,
  )
  await projectIncident(tx, loaded.id, state, now)
  if (advance) await enqueue(tx, 'advance-incident', loaded.id, { key: jobKey(incidentStream(loaded.id)) })
  return {
    id: loaded.id,
    seq: loaded.seq + facts.length,
    head: recorded.at(-1)?.leafHash ?? loaded.head,
    state,
  }
}

function actorOf(event: IncidentEvent): Actor {
  switch (event.type) {
    case 'incident-opened':
    case 'signal-accepted':
    case 'signal-ended':
      return { kind: 'detector', id: 'alertmanager' }
    case 'incident-routed':
      return { kind: 'policy-engine', id: 'countersign' }
    default:
      return { kind: 'control-plane', id: 'countersign' }
  }
}
