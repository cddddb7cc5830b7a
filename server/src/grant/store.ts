/** The only SQL for reservations: what a granted act keeps for itself until its outcome was observed. */
import type { Instant } from '@countersign/core/kernel/instant'
import type { Plan } from '@countersign/core/plan/plan'
import type pg from 'pg'
import { ADVISORY } from '../database/advisory-locks.ts'

/** Null: all is reserved. Otherwise what stands in the way, in words. Keys are locked in sorted order. */
export async function reserve(
  tx: pg.ClientBase,
  proposal: string,
  plan: Plan,
  floors: Record<string, number>,
  now: Instant,
): Promise<string | null> {
  const targets = [...new Map(plan.targets.map((target) => [target.id, target])).values()]
  const keys = [
    ...targets.map(({ id }) => `target ${id}`),
    ...targets.map(({ service }) => `service ${service}`),
  ]
  for (const key of [...new Set(keys)].sort())
    await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [ADVISORY.reservation, key])
  for (const { id, service } of targets) {
    const { rows } = await tx.query<{ proposal: string }>(
      'select proposal from reservation where key = $1 and proposal <> $2',
      [`target ${id}`, proposal],
    )
    if (rows[0] !== undefined) return `another act on "${id}" is not finished (proposal ${rows[0].proposal})`
    const below = await belowFloor(tx, proposal, plan, service, floors[service] ?? 0)
    if (below !== null) return below
    await tx.query(
      'insert into reservation (key, proposal, service, at) values ($1,$2,$3,$4) on conflict do nothing',
      [`target ${id}`, proposal, service, now],
    )
  }
  return null
}

/** Members taken by other open acts are not serving either, whatever each plan counted for itself. */
async function belowFloor(
  tx: pg.ClientBase,
  proposal: string,
  plan: Plan,
  service: string,
  floor: number,
): Promise<string | null> {
  if (plan.scope.remainingDuring === null) return null
  const { rows } = await tx.query<{ count: number }>(
    'select count(*)::int as count from reservation where service = $1 and proposal <> $2',
    [service, proposal],
  )
  const others = rows[0]?.count ?? 0
  const left = plan.scope.remainingDuring - others
  return others > 0 && left < floor
    ? `"${service}" must keep ${floor} serving, ${left} would be left with ${others} other open acts`
    : null
}

export async function freeReserved(tx: pg.ClientBase, proposal: string): Promise<void> {
  await tx.query('delete from reservation where proposal = $1', [proposal])
}
