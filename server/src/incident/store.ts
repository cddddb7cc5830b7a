/** The only SQL for incidents beside their streams. */
import type { Incident } from '@countersign/core/incident/incident'
import type { Instant } from '@countersign/core/kernel/instant'
import type { OpenIncident } from '@countersign/core/signal/place'
import type pg from 'pg'
import { keyOf } from '../proposal/store.ts'

export type IncidentRow = {
  id: string
  status: 'open' | 'resolved'
  title: string
  service: string | null
  severity: 'info' | 'minor' | 'major' | 'critical'
  opened_at: number
  updated_at: number
  firing: number
  waits_for: string | null
}

export async function projectIncident(
  tx: pg.ClientBase,
  id: string,
  state: Incident,
  now: Instant,
): Promise<void> {
  await tx.query({
    name: 'project-incident',
    text: `insert into incident (id, status, title, service, severity, alerts, opened_at, updated_at, firing,
        waits_for, state)
      values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
      on conflict (id) do update set status = excluded.status, title = excluded.title, severity = excluded.severity,
        alerts = excluded.alerts, updated_at = excluded.updated_at, firing = excluded.firing,
        waits_for = excluded.waits_for, state = excluded.state`,
    values: [
      id,
      state.status,
      titleOf(state),
      state.service,
      state.severity,
      state.alerts,
      state.openedAt,
      now,
      Object.keys(state.firing).length,
      waitsFor(state),
      JSON.stringify(state),
    ],
  })
}

function titleOf({ alerts, service, firing, ended }: Incident): string {
  const targets = [...new Set(Object.values(firing).map(({ target }) => target))].filter(
    (one) => one !== null,
  )
  const where = targets.length > 0 ? ` on ${targets.slice(0, 3).join(', ')}` : ''
  const count = Object.keys(firing).length + Object.keys(ended).length
  return `${alerts.join(', ') || 'incident'}${service === null ? '' : ` of ${service}`}${where}${count > 1 ? ` (${count} signals)` : ''}`
}

/** Whose move is next, in words. */
function waitsFor(state: Incident): string | null {
  if (state.status === 'resolved') return null
  if (state.takenBy !== null) return state.takenBy
  if (state.cause === 'asked') return 'a person: record the cause'
  if (state.proposals.some(({ outcome }) => outcome === null)) return 'its proposal'
  return state.escalations.at(-1)?.role ?? null
}

/** Open incidents that a batch of signals may belong to, and those that know one of the fingerprints. */
export async function findCandidates(
  tx: pg.ClientBase,
  source: string,
  wanted: { fingerprints: string[]; services: string[]; alerts: string[] },
): Promise<OpenIncident[]> {
  const { rows } = await tx.query<{ id: string; state: Incident }>({
    name: 'incident-candidates',
    text: `select id, state from incident where status = 'open' and (service = any($1) or alerts && $2::text[])
      union
      select i.id, i.state from firing f join incident i on i.id = f.incident
       where f.source = $3 and f.fingerprint = any($4)`,
    values: [wanted.services, wanted.alerts, source, wanted.fingerprints],
  })
  return rows.map(({ id, state }) => toOpen(id, state))
}

export function toOpen(id: string, state: Incident): OpenIncident {
  return {
    id,
    isOpen: state.status === 'open',
    service: state.service,
    alerts: state.alerts,
    lastSignalAt: state.lastSignalAt,
    firing: Object.fromEntries(Object.entries(state.firing).map(([key, { startsAt }]) => [key, startsAt])),
    ended: state.ended,
  }
}

/** Open incidents of these services but one. */
export async function openIncidentsOf(
  tx: pg.ClientBase,
  services: readonly string[],
  except: string | null,
): Promise<Incident[]> {
  const { rows } = await tx.query<{ state: Incident }>({
    name: 'open-incidents',
    text: `select state from incident where status = 'open' and service = any($1)
      and ($2::uuid is null or id <> $2)`,
    values: [services, except],
  })
  return rows.map(({ state }) => state)
}

/** The last incident of the same service or alert that was resolved within a day. */
export async function findRecurrence(
  tx: pg.ClientBase,
  service: string | null,
  alert: string,
  now: Instant,
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'incident-recurrence',
    text: `select id from incident where status = 'resolved' and updated_at > $3 and alerts @> array[$2::text]
        and service is not distinct from $1 order by updated_at desc limit 1`,
    values: [service, alert, now - 86_400_000],
  })
  return rows[0]?.id ?? null
}

const COLUMNS = 'id, status, title, service, severity, opened_at, updated_at, firing, waits_for'

export async function listIncidentRows(
  db: pg.Pool,
  filter: { status?: string | undefined; after?: string | undefined; limit: number },
): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>({
    name: 'list-incidents',
    text: `select ${COLUMNS} from incident where ($1::text is null or status = $1)
        and ($2::bigint is null or (opened_at, id) < ($2, $3::uuid))
      order by opened_at desc, id desc limit $4`,
    values: [filter.status ?? null, ...keyOf(filter.after), filter.limit],
  })
  return rows
}

export async function readIncidentRow(db: pg.Pool, id: string): Promise<IncidentRow | null> {
  const { rows } = await db.query<IncidentRow>(`select ${COLUMNS} from incident where id = $1`, [id])
  return rows[0] ?? null
}
