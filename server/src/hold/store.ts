/** The only SQL for holds. */
import { covering, type Held, type Hold } from '@countersign/core/hold/hold'
import type { Instant } from '@countersign/core/kernel/instant'
import type pg from 'pg'
import { ADVISORY } from '../database/advisory-locks.ts'

type Row = Omit<Hold, 'paged'> & { since: Instant; paged: boolean }

export type HoldRow = Row

export async function listHoldRows(db: pg.ClientBase | pg.Pool): Promise<HoldRow[]> {
  const { rows } = await db.query<HoldRow>(
    'select id, scope, reason, person, since, until, paged from hold where lifted_at is null order by since',
  )
  return rows
}

export async function coveringHolds(db: pg.ClientBase | pg.Pool, act: Held): Promise<Hold[]> {
  return covering(await listHoldRows(db), act)
}

export async function writeHold(tx: pg.ClientBase, hold: HoldRow): Promise<void> {
  await tx.query(
    'insert into hold (id, scope, reason, person, since, until) values ($1,$2,$3,$4,$5,$6) on conflict do nothing',
    [hold.id, JSON.stringify(hold.scope), hold.reason, hold.person, hold.since, hold.until],
  )
}

/** False: there is no such hold, or it was lifted before. */
export async function liftHold(tx: pg.ClientBase, id: string, now: Instant): Promise<boolean> {
  const { rowCount } = await tx.query('update hold set lifted_at = $2 where id = $1 and lifted_at is null', [
    id,
    now,
  ])
  return rowCount === 1
}

/** Marks holds whose end has come as paged, and answers with them. They go on holding. */
export async function takeOverdue(tx: pg.ClientBase, now: Instant): Promise<HoldRow[]> {
  const { rows } = await tx.query<HoldRow>(
    `update hold set paged = true where lifted_at is null and not paged and until <= $1
     returning id, scope, reason, person, since, until, paged`,
    [now],
  )
  return rows
}

/** Grants share this lock and a new hold takes it alone: no grant slips through while a hold is being set. */
export async function lockHolds(tx: pg.ClientBase, how: 'shared' | 'alone'): Promise<void> {
  await tx.query(
    how === 'alone' ? 'select pg_advisory_xact_lock($1, $2)' : 'select pg_advisory_xact_lock_shared($1, $2)',
    [ADVISORY.holds.class, ADVISORY.holds.id],
  )
}
