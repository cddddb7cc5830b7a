/** What a replica does again and again beside its jobs: overdue streams, overdue holds, alerts whose end was never sent. */
import type { ServerConfig } from '@countersign/language/config/server'
import type { Context } from '../context.ts'
import { pageOverdue } from '../hold/handle.ts'
import { refreshPublications } from '../publication/handle.ts'
import { createProbe } from '../signal/probe.ts'
import { reconcileAlertmanager } from '../signal/reconcile.ts'
import { startReconciler } from './reconcile.ts'
import { taskOf } from './tasks.ts'

const HOLDS_EVERY = 5_000
const ALERTS_EVERY = 15_000
const PUBLICATIONS_EVERY = 5_000

export function startDuties(context: Context, config: ServerConfig): { stop(): Promise<void> } {
  const { pool, now, logger } = context
  const reconciler = startReconciler({ pool, taskOf, clock: now, log: logger })
  const api = config.signals.alertmanager?.api ?? null
  const duties = [
    every(context, HOLDS_EVERY, () => pageOverdue(context)),
    every(context, PUBLICATIONS_EVERY, () => refreshPublications(context, context.pool)),
  ]
  if (api !== null)
    duties.push(
      every(context, ALERTS_EVERY, () =>
        reconcileAlertmanager(context, 'alertmanager', api.replace(/\/$/, '')),
      ),
    )
  for (const probe of config.signals.probes)
    duties.push(every(context, probe.every, createProbe(context, probe)))
  return {
    stop: async () => {
      await Promise.all(duties.map((duty) => duty.stop()))
      await reconciler.stop()
    },
  }
}

/** Never two at once; a failure is logged and tried again next time. */
function every({ logger }: Context, ms: number, work: () => Promise<unknown>): { stop(): Promise<void> } {
  let running: Promise<unknown> | null = null
  const timer = setInterval(() => {
    running ??= work()
      .catch((error: unknown) => logger.warn({ err: error }, 'a duty failed'))
      .finally(() => {
        running = null
      })
  }, ms)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
