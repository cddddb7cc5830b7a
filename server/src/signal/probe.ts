/**
 * Our own probes as a detector: a target that misses its expectation several times in a row raises a signal, one that
 * meets it again ends it. It only raises the hand: the evidence for a repair is read anew, by the checks of the runbook.
 */
import { createHash } from 'node:crypto'
import type { Target } from '@countersign/core/catalogue/catalogue'
import { fill } from '@countersign/core/runbook/fill'
import type { Signal } from '@countersign/core/signal/signal'
import type { ProbeSetting } from '@countersign/language/config/server'
import type { Context } from '../context.ts'
import { meets } from '../evidence/source.ts'
import { acceptSignals } from './handle.ts'
import { type Firing, listFiring } from './store.ts'

export const PROBE_SOURCE = 'probe'

/** What a probe remembers of one target between two looks. A reading that failed changes nothing. */
type Seen = { misses: number; since: number; isFiring: boolean }

export function createProbe(context: Context, probe: ProbeSetting): () => Promise<void> {
  const seen = new Map<string, Seen>()
  const targets = context.catalogue.services.find(({ id }) => id === probe.service)?.targets ?? []
  let isOpen = false
  return async () => {
    if (!isOpen)
      for (const one of await listFiring(context.pool, PROBE_SOURCE)) resume(probe, targets, seen, one)
    isOpen = true
    const looks = await Promise.all(targets.map((target) => look(context, probe, target)))
    const steps = targets.map((target, i) => {
      const before = seen.get(target.id) ?? { misses: 0, since: 0, isFiring: false }
      return { target, before, after: step(before, looks[i] ?? null, probe.misses, context.now()) }
    })
    const changed = steps.filter(({ before, after }) => after.isFiring !== before.isFiring)
    const signals = changed.map(({ target, after }) => toSignal(probe, target, after))
    if (signals.length > 0) await acceptSignals(context, PROBE_SOURCE, signals)
    // Remembered only now: a change that could not be recorded is told again at the next look.
    for (const { target, after } of steps) seen.set(target.id, after)
  }
}

/** After a restart: what the record says is firing goes on from there, so that its end will be told. */
function resume(
  probe: ProbeSetting,
  targets: readonly Target[],
  seen: Map<string, Seen>,
  firing: Firing,
): void {
  const target = targets.find(({ id }) => fingerprintOf(probe, id) === firing.fingerprint)
  if (target !== undefined)
    seen.set(target.id, { misses: probe.misses, since: firing.starts_at, isFiring: true })
}

function fingerprintOf({ alert }: ProbeSetting, target: string): string {
  return createHash('sha256').update(`${alert}\n${target}`).digest('hex').slice(0, 16)
}

/** Null: the reading could not be made; we are blind, and the target is not to blame. */
async function look(context: Context, probe: ProbeSetting, target: Target): Promise<boolean | null> {
  const filled = fill(probe.query, { target: target.id }, context.catalogue)
  const source = context.sources.get(probe.source)
  if ('problem' in filled || source === undefined) return null
  try {
    const { value } = await source.read(filled.text, AbortSignal.timeout(5_000))
    return meets(probe.expect, value)
  } catch {
    return null
  }
}

export function step(before: Seen, isMet: boolean | null, misses: number, now: number): Seen {
  if (isMet === null) return before
  if (isMet) return { misses: 0, since: now, isFiring: false }
  const count = before.misses + 1
  return {
    misses: count,
    since: count === 1 ? now : before.since,
    isFiring: before.isFiring || count >= misses,
  }
}

function toSignal(probe: ProbeSetting, target: Target, { isFiring, since }: Seen): Signal {
  return {
    source: PROBE_SOURCE,
    fingerprint: fingerprintOf(probe, target.id),
    alert: probe.alert,
    status: isFiring ? 'firing' : 'resolved',
    startsAt: since,
    endsAt: isFiring ? null : since,
    severity: probe.severity,
    labels: { alertname: probe.alert, ...target.match },
    annotations: {},
  }
}
