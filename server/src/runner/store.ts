/** The only SQL for runners: when each was seen, and the count of its receipts. */

import type { Digest } from '@countersign/core/kernel/digest'
import type { RunnerHello } from '@countersign/core/runner/protocol'
import type pg from 'pg'

export type RunnerRow = {
  id: string
  last_seen: number | null
  clock_off_ms: number | null
  receipt_count: number
  receipt_prev: Digest | null
}

export async function writeSeen(db: pg.Pool, hello: RunnerHello, now: number): Promise<void> {
  await db.query({
    name: 'runner-seen',
    text: `insert into runner (id, last_seen, clock_off_ms, trust_version, log_size, holds)
      values ($1,$2,$3,$4,$5,$6)
      on conflict (id) do update set last_seen = $2, clock_off_ms = $3, trust_version = $4, log_size = $5, holds = $6`,
    values: [
      hello.runner,
      now,
      hello.clock - now,
      hello.trustVersion,
      hello.logSize,
      JSON.stringify(hello.holds),
    ],
  })
}

/** Locks the runner's row, so that its receipts are taken one after the other. */
export async function lockRunner(tx: pg.ClientBase, id: string): Promise<RunnerRow> {
  await tx.query('insert into runner (id) values ($1) on conflict do nothing', [id])
  const { rows } = await tx.query<RunnerRow>(
    'select id, last_seen, clock_off_ms, receipt_count, receipt_prev from runner where id = $1 for update',
    [id],
  )
  return rows[0] as RunnerRow
}

export async function writeCount(tx: pg.ClientBase, id: string, count: number, prev: Digest): Promise<void> {
  await tx.query('update runner set receipt_count = $2, receipt_prev = $3 where id = $1', [id, count, prev])
}

export async function listRunners(db: pg.Pool): Promise<RunnerRow[]> {
  const { rows } = await db.query<RunnerRow>(
    'select id, last_seen, clock_off_ms, receipt_count, receipt_prev from runner order by id',
  )
  return rows
}
