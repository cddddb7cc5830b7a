/** Reads the entries of an incident and its proposals in the order they were recorded. */
import type { Json } from '@countersign/core/kernel/json'
import type pg from 'pg'
import { incidentStream } from '../incident/stream.ts'
import { proposalStream } from '../proposal/stream.ts'

export type TrailEntry = {
  stream: string
  seq: number
  at: number
  type: string
  actor: { kind: string; id: string }
  state: Json
}

type Row = {
  stream: string
  seq: number
  at: number
  type: string
  actor_kind: string
  actor_id: string
  state: string
}

export async function readEntries(
  db: pg.Pool,
  incident: string,
  proposals: readonly string[],
): Promise<TrailEntry[]> {
  const streams = [incidentStream(incident), ...proposals.map(proposalStream)]
  const { rows } = await db.query<Row>({
    name: 'read-entries',
    text: `select stream, seq, at, type, actor_kind, actor_id, state from event where stream = any($1) order by gid`,
    values: [streams],
  })
  return rows.map(({ actor_kind, actor_id, state, ...rest }) => ({
    ...rest,
    actor: { kind: actor_kind, id: actor_id },
    state: JSON.parse(state) as Json,
  }))
}
