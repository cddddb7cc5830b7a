/** What only the record knows about a plan: attempts, breaker, fleet rates, recent changes, holds. */
import type { Instant } from '@countersign/core/kernel/instant'
import type { Plan } from '@countersign/core/plan/plan'
import type { History } from '@countersign/core/proposal/facts'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type pg from 'pg'
import { coveringHolds } from '../hold/store.ts'

const HOUR = 3_600_000

export async function readHistory(
  tx: pg.ClientBase,
  plan: Plan,
  runbook: Runbook | null,
  target: string | null,
  now: Instant,
): Promise<History> {
  const within = runbook?.breaker.within ?? HOUR
  const cooldown = runbook?.breaker.cooldown ?? HOUR
  const { rows } = await tx.query<Counts>({
    name: 'read-history',
    text: `select
        (select count(*) from proposal where granted_at > $1 and intent = $2) as attempts,
        (select count(*) from proposal where runbook = $3 and target is not distinct from $4 and granted_at > $1) as tries,
        (select max(granted_at) from proposal where runbook = $3 and target is not distinct from $4) as last_try,
        (select count(*) from proposal where area = $5 and granted_at > $6) as acts,
        (select coalesce(sum(targets), 0) from proposal where area = $5 and granted_at > $6) as targets,
        (select count(*) from proposal where target is not distinct from $4 and granted_at > $7
           and runbook <> $3) as changes`,
    values: [
      now - within,
      plan.intent,
      plan.runbook.id,
      target,
      plan.action.area,
      now - HOUR,
      now - HOUR / 4,
    ],
  })
  const counts = rows[0] as Counts
  const limit = runbook?.breaker.attempts ?? 0
  const holds = await coveringHolds(tx, {
    area: plan.action.area,
    services: plan.targets.map(({ service }) => service),
    runbook: plan.runbook.id,
  })
  return {
    attemptsRecent: Number(counts.attempts),
    breakerOpen: Number(counts.tries) >= limit || isCoolingDown(counts, limit, now, cooldown),
    fleetActsInHour: Number(counts.acts),
    fleetTargetsInHour: Number(counts.targets),
    changeRecent: Number(counts.changes) > 0,
    holdActive: holds.length > 0,
    runbookKnown: runbook !== null,
  }
}

type Counts = {
  attempts: number
  tries: number
  last_try: number | null
  acts: number
  targets: number
  changes: number
}

/** After the last try that opened it, the breaker stays open for the cooldown. */
function isCoolingDown({ tries, last_try }: Counts, limit: number, now: Instant, cooldown: number): boolean {
  return Number(tries) >= limit && last_try !== null && now - last_try < cooldown
}
