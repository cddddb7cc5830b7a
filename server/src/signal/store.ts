/** The only SQL for signals: receipts, and which occurrence belongs to which incident. */
import type { Instant } from '@countersign/core/kernel/instant'
import type { Signal } from '@countersign/core/signal/signal'
import type pg from 'pg'
import { ADVISORY } from '../database/advisory-locks.ts'

export type SignalReceipt = {
  receipt: string
  fingerprint: string
  disposition: 'opens' | 'joins' | 'repeats' | 'resolves' | 'set-aside'
  incident: string | null
  because: string | null
}

/** One webhook after the other per source: placing a signal reads what the one before it wrote. */
export async function lockSource(tx: pg.ClientBase, source: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [ADVISORY.source, source])
}

/** Other sources may speak of the same services and alerts at this moment: one incident, not two. In sorted order. */
export async function lockPlaces(tx: pg.ClientBase, places: readonly string[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(${ADVISORY.place}, place) from
      (select distinct hashtext(name) as place from unnest($1::text[]) as name order by place) as places`,
    [places],
  )
}

export async function writeReceipt(
  tx: pg.ClientBase,
  signal: Signal,
  receipt: SignalReceipt,
  now: Instant,
): Promise<void> {
  await tx.query({
    name: 'write-receipt',
    text: `insert into signal (receipt, source, fingerprint, starts_at, status, disposition, incident, because, at)
      values ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
    values: [
      receipt.receipt,
      signal.source,
      signal.fingerprint,
      signal.startsAt,
      signal.status,
      receipt.disposition,
      receipt.incident,
      receipt.because,
      now,
    ],
  })
}

export async function writeFiring(
  tx: pg.ClientBase,
  signal: Signal,
  incident: string,
  ended: boolean,
): Promise<void> {
  await tx.query({
    name: 'write-firing',
    text: `insert into firing (source, fingerprint, incident, starts_at, ended) values ($1,$2,$3,$4,$5)
      on conflict (source, fingerprint) do update
      set incident = excluded.incident, starts_at = excluded.starts_at, ended = excluded.ended`,
    values: [signal.source, signal.fingerprint, incident, signal.startsAt, ended],
  })
}

export type Firing = { fingerprint: string; incident: string; starts_at: number }

export async function listFiring(db: pg.Pool, source: string): Promise<Firing[]> {
  const { rows } = await db.query<Firing>(
    'select fingerprint, incident, starts_at from firing where source = $1 and not ended',
    [source],
  )
  return rows
}

export async function endFiring(tx: pg.ClientBase, source: string, fingerprint: string): Promise<void> {
  await tx.query('update firing set ended = true where source = $1 and fingerprint = $2', [
    source,
    fingerprint,
  ])
}
