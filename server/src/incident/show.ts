/** Incidents as people and tools see them: rows, and one with its timeline and explanation from the entries alone. */
import { explain } from '@countersign/core/explain/explain'
import type { Context } from '../context.ts'
import { Refusal } from '../http/refusal.ts'
import { listProposalRows } from '../proposal/store.ts'
import { readEntries } from '../trail/entries.ts'
import { type IncidentRow, listIncidentRows, readIncidentRow } from './store.ts'
import { loadIncident } from './stream.ts'

export async function showIncidents(
  context: Context,
  query: { status?: 'open' | 'resolved' | undefined; after?: string | undefined; limit: number },
) {
  const rows = await listIncidentRows(context.pool, query)
  const last = rows.length === query.limit ? rows.at(-1) : undefined
  return { items: rows.map(toRow), next: last === undefined ? null : `${last.opened_at}~${last.id}` }
}

export async function showIncident(context: Context, id: string) {
  const row = await readIncidentRow(context.pool, id)
  if (row === null) throw Refusal.notFound(`no incident ${id}`)
  const { state } = await loadIncident(context.pool, id)
  const proposals = await listProposalRows(context.pool, { incident: id, limit: 200 })
  const entries = await readEntries(
    context.pool,
    id,
    proposals.map((one) => one.id),
  )
  const { paragraph, lines } = explain(entries)
  return {
    ...toRow(row),
    recurrenceOf: state.recurrenceOf,
    targets: [...new Set(Object.values(state.firing).flatMap(({ target }) => target ?? []))],
    proposals: proposals.reverse().map((one) => ({
      id: one.id,
      runbook: one.runbook,
      phase: one.phase,
      outcome: one.outcome,
    })),
    timeline: entries.map(({ stream, seq, at, actor, type }, i) => ({
      stream,
      seq,
      at,
      actor,
      type,
      says: lines[i]?.says ?? type,
    })),
    explanation: paragraph,
  }
}

function toRow(row: IncidentRow) {
  const { id, status, title, service, severity, firing } = row
  return {
    id,
    status,
    title,
    service,
    severity,
    firing,
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
    waitsFor: row.waits_for,
  }
}
