/**
 * Asks Alertmanager what is really firing. An alert that was silenced while it fired is left out of the resolved
 * webhook, so its end would never arrive: what the API no longer knows has ended.
 */
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { appendIncident, loadIncident } from '../incident/stream.ts'
import { endFiring, type Firing, listFiring, lockSource } from './store.ts'

/** `url`: Alertmanager's base address. A source that does not answer ends nothing: missing data is not a reading. */
export async function reconcileAlertmanager(context: Context, source: string, url: string): Promise<number> {
  const firing = await listFiring(context.pool, source)
  if (firing.length === 0) return 0
  const response = await fetch(
    `${url}/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true`,
    {
      signal: AbortSignal.timeout(5000),
    },
  )
  if (!response.ok) throw new Error(`alertmanager answered ${response.status}`)
  const active = fingerprintsOf(await response.json())
  const gone = firing.filter(
    ({ fingerprint, starts_at }) => !active.has(fingerprint) && isSettled(context, starts_at),
  )
  let count = 0
  for (const one of gone) if (await end(context, source, one)) count++
  return count
}

/** Throws where it is no list of alerts: what cannot be read must not look like an empty list. */
function fingerprintsOf(answer: unknown): ReadonlySet<string> {
  if (!Array.isArray(answer)) throw new Error('alertmanager answered with no list of alerts')
  return new Set(
    answer.map((one: unknown) => {
      const fingerprint = (one as { fingerprint?: unknown } | null)?.fingerprint
      if (typeof fingerprint !== 'string')
        throw new Error('alertmanager listed an alert without a fingerprint')
      return fingerprint
    }),
  )
}

/** Just-started alerts may not have reached the API yet. */
function isSettled(context: Context, startsAt: number): boolean {
  return context.now() - startsAt > 10_000
}

async function end(
  context: Context,
  source: string,
  { fingerprint, incident, starts_at }: Firing,
): Promise<boolean> {
  return inTransaction(context.pool, async (tx) => {
    await lockSource(tx, source)
    const loaded = await loadIncident(tx, incident)
    const { firing } = loaded.state
    // The answer speaks of the occurrence that was known when it was asked for; a newer one goes on.
    if (!Object.hasOwn(firing, fingerprint) || firing[fingerprint]?.startsAt !== starts_at) return false
    const event = {
      type: 'signal-ended',
      receipt: null,
      fingerprint,
      startsAt: starts_at,
      seenBy: `${source} api`,
    } as const
    await appendIncident(tx, context, loaded, [{ event }], true)
    await endFiring(tx, source, fingerprint)
    return true
  })
}
