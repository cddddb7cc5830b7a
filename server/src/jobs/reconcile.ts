/** Jobs are hints; a stream's `due_at` is the truth. Whatever is due and overdue is enqueued again, however it got lost. */
import type pg from 'pg'
import type { Log } from '../database/launcher.ts'
import { enqueue } from './queue.ts'

export type ReconcileOptions = {
  pool: pg.Pool
  /** Which task looks after a stream of this kind; null: none does. */
  taskOf: (kind: string) => string | null
  /** Integer milliseconds since 1970. */
  clock: () => number
  log: Log
  everyMs?: number
  /** The newest form of stream that this server reads; later ones are left to newer servers. */
  reader?: number
}

/** A due stream is given to its own job first: that has this long. */
const GRACE_MS = 1_000
const BATCH = 500

/** The key under which a stream's own job is enqueued, so that hints about the same stream are one job. */
export function jobKey(stream: string): string {
  return `due:${stream}`
}

/** Enqueues what is overdue; returns how many streams that were. A stream whose job waits or runs already is left. */
export async function reconcile(options: ReconcileOptions): Promise<number> {
  const { pool, taskOf, clock, reader = 1 } = options
  const { rows } = await pool.query<{ id: string; kind: string }>({
    name: 'reconcile',
    text: `select s.id, s.kind from stream s
      where s.due_at <= $1 and not s.closed and s.min_reader <= $2
        and not exists (select from graphile_worker.jobs j where j.key = 'due:' || s.id and j.run_at <= now()
          and j.attempts < j.max_attempts)
      order by s.due_at limit ${BATCH}`,
    values: [clock() - GRACE_MS, reader],
  })
  let count = 0
  for (const { id, kind } of rows) {
    const task = taskOf(kind)
    if (task === null) continue
    await enqueue(pool, task, id, { key: jobKey(id) })
    count++
  }
  return count
}

/** Reconciles every few seconds until stopped; a database that is away is waited for. */
export function startReconciler(options: ReconcileOptions): { stop(): Promise<void> } {
  let work: Promise<unknown> = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    work = reconcile(options)
      .catch((error) => options.log.warn(`failed to look for overdue streams: ${(error as Error).message}`))
      .finally(() => {
        busy = false
      })
  }, options.everyMs ?? 3_000)
  return {
    async stop() {
      clearInterval(timer)
      await work
    },
  }
}
