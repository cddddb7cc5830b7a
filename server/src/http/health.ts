/** How the control plane itself is. What it cannot record it says with a 503, so that nothing is taken for done. */

import type { Context } from '../context.ts'
import { DatabaseAway } from '../database/transaction.ts'
import { listRunners } from '../runner/store.ts'

const CLOCK_OFF_MS = 120_000

export async function health(context: Context) {
  const now = context.now()
  const runners = await listRunners(context.pool).catch((error: unknown) => {
    throw new DatabaseAway('not-done', error)
  })
  const log = context.log.status()
  const findings = [
    ...(log.state === 'rewound' || log.state === 'away' ? [log.says] : []),
    ...(context.published.policy() === null ? ['no policy is in force: nothing is decided'] : []),
    ...runners.flatMap(({ id, last_seen, clock_off_ms }) => [
      ...(last_seen === null || now - last_seen > context.limits.runnerSilent
        ? [`runner "${id}" is silent`]
        : []),
      ...(Math.abs(clock_off_ms ?? 0) > CLOCK_OFF_MS
        ? [`the clock of runner "${id}" is ${clock_off_ms} ms off`]
        : []),
    ]),
    ...(context.trust.current().body.onePerson
      ? ['a one-person install: no second person checks anything']
      : []),
  ]
  return {
    status: findings.length === 0 ? ('ok' as const) : ('degraded' as const),
    version: context.version,
    clock: now,
    log: log.state,
    runners: runners.map(({ id, last_seen, clock_off_ms }) => ({
      id,
      lastSeen: last_seen,
      clockOffMs: clock_off_ms,
    })),
    findings,
  }
}
