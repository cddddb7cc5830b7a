/**
 * The queue: a job is a hint that a thing wants attention, and carries its id only. It is enqueued in the caller's
 * transaction; what is true is read from the streams when it runs. A job may run twice, so tasks look before acting.
 */
import { EventEmitter } from 'node:events'
import { Logger, run, runMigrations, type TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Log } from '../database/launcher.ts'
import { openPlainPool } from '../database/pool.ts'
import { joinReplicas, type Replica } from './replica.ts'

/** What a worker does with an id. An error brings the job back later, with growing delays. */
export type Tasks = Record<string, (id: string) => Promise<void>>

export type Worker = {
  replicaNumber: number
  /** Lets running tasks end (for 5 s), then gives the rest back. */
  stop(): Promise<void>
}

export type WorkerOptions = {
  pool: pg.Pool
  tasks: Tasks
  log: Log
  concurrency?: number
  /** How often dead replicas are looked for. */
  sweepMs?: number
}

const quiet = new Logger(() => () => {})
const POLL_MS = 1_000

/** Makes the queue's tables, or brings them up to date. Other servers may do so at the same time. */
export async function installQueue(pool: pg.Pool): Promise<void> {
  const own = openPlainPool(pool, 1)
  try {
    await runMigrations({ pgPool: own, logger: quiet })
  } finally {
    await own.end()
  }
}

/**
 * Enqueues within `tx`: no commit, no job. One with the same `key` that has not begun is replaced; one that runs is
 * followed by another run. `runAt` in ms since 1970; left out: at once.
 */
export async function enqueue(
  tx: pg.ClientBase | pg.Pool,
  task: string,
  id: string,
  options: { runAt?: number; key?: string } = {},
): Promise<void> {
  await tx.query({
    name: 'enqueue',
    text: `select from graphile_worker.add_job($1, payload => json_build_object('id', $2::text),
      run_at => to_timestamp($3::float8 / 1000), job_key => $4)`,
    values: [task, id, options.runAt ?? null, options.key ?? null],
  })
}

/** Works until stopped. Comes back by itself when the database was away. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, tasks, log, concurrency = 8, sweepMs = 500 } = options
  const replica = await joinReplicas(pool, log, sweepMs)
  let stopping = false
  let current = await startRunner(pool, tasks, concurrency, replica)
  const keepOn = async () => {
    for (;;) {
      await current.ended
      if (stopping) return
      log.warn('the worker ended by itself: starting it again')
      while (!stopping) {
        try {
          current = await startRunner(pool, tasks, concurrency, replica)
          break
        } catch {
          await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        }
      }
    }
  }
  const kept = keepOn()
  return {
    replicaNumber: replica.number,
    async stop() {
      stopping = true
      await current.stop()
      await kept
      await replica.leave()
    },
  }
}

async function startRunner(pool: pg.Pool, tasks: Tasks, concurrency: number, replica: Replica) {
  const events = new EventEmitter()
  const own = openPlainPool(pool, concurrency + 2)
  const gate = holdBack(own)
  let poolId: string | null = null
  // The library locks jobs under the id of its pool. It may get no connection before that id is registered: a job
  // locked under an unknown id would be lost with us.
  events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => {
    poolId = workerPool.id
    gate(replica.register(poolId))
  })
  const runner = await run({
    pgPool: own,
    taskList: toTaskList(tasks),
    events: events as never,
    concurrency,
    noHandleSignals: true,
    pollInterval: POLL_MS,
    logger: quiet,
    // Unbatched, the library leaves the promise of a failed completion to nobody, which would end this process when
    // the database dies; batched, it ends this pool only, and another is started.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
  const ended = runner.promise
    .then(
      () => {},
      () => {},
    )
    .then(() => {
      if (poolId !== null) replica.retire(poolId)
      return own.end()
    })
  return {
    ended,
    async stop() {
      await runner.stop().catch(() => {})
      await ended
    },
  }
}

function toTaskList(tasks: Tasks): TaskList {
  const wrap = (task: Tasks[string]) => async (payload: unknown) => {
    const { id } = payload as { id?: unknown }
    if (typeof id !== 'string') throw new Error(`expected a job with an id, got ${JSON.stringify(payload)}`)
    await task(id)
  }
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, wrap(task)]))
}

/** Makes the pool wait with every connection for what is handed to the function that this returns. */
function holdBack(pool: pg.Pool): (until: Promise<void>) => void {
  let gate: Promise<void> | undefined
  const connect = pool.connect.bind(pool) as (...args: unknown[]) => unknown
  pool.connect = ((...args: unknown[]) => {
    if (gate === undefined) return connect(...args)
    const [callback] = args
    if (typeof callback !== 'function') return gate.then(() => connect())
    gate.then(
      () => connect(callback),
      (error) => callback(error, undefined, () => {}),
    )
    return undefined
  }) as typeof pool.connect
  return (until) => {
    gate = until
  }
}
