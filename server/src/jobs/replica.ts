/**
 * Who is alive: each replica holds one session advisory lock for as long as it lives. The lock ends in the same
 * instant as the session, so a job locked by a replica without its lock is an orphan, and is freed within a second.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { ADVISORY } from '../database/advisory-locks.ts'
import type { Log } from '../database/launcher.ts'
import { openSession } from '../database/pool.ts'

export type Replica = {
  number: number
  /** Names a worker pool as ours; waits for a database that is away. To be awaited before that pool can lock a job. */
  register(poolId: string): Promise<void>
  /** A worker pool of ours has ended while we live on: what it still holds is freed. */
  retire(poolId: string): void
  leave(): Promise<void>
}

/** The table of the library that says who locked what; not an API, so a test watches the pinned version. */
export const PRIVATE_JOBS = 'graphile_worker._private_jobs'

/** Registered pools whose replica holds no lock any more. */
const DEAD = `
select pool_id from replica_pool p
 where not exists (select from pg_locks l
   where l.locktype = 'advisory' and l.classid = ${ADVISORY.replica} and l.objid = p.replica_number::oid
     and l.database = (select oid from pg_database where datname = current_database()) and l.granted)`

/**
 * If the session breaks while we live on, our jobs may be taken by others: they then run twice, which the expected
 * seq of each append fences. A new session takes the same number again.
 */
export async function joinReplicas(pool: pg.Pool, log: Log, sweepMs: number): Promise<Replica> {
  let session = await openSession(pool)
  const { rows } = await session.query<{ n: string }>("select nextval('replica_number') as n")
  const number = Number(rows[0]?.n)
  await hold(session, number)
  const pools = new Set<string>()
  const retired = new Set<string>()
  let left = false
  let work: Promise<void> = Promise.resolve()
  const beat = async () => {
    try {
      const freed = await sweep(session, retired)
      if (freed > 0) log.info(`freed the jobs of ${freed} worker pools that died`)
    } catch (error) {
      log.warn(
        `the session that says this replica lives is gone, taking another: ${(error as Error).message}`,
      )
      await session.end().catch(() => {})
      session = await renew(pool, number, pools, session)
    }
  }
  let busy = false
  const timer = setInterval(() => {
    if (busy || left) return
    busy = true
    work = beat().finally(() => {
      busy = false
    })
  }, sweepMs)
  return {
    number,
    async register(poolId) {
      pools.add(poolId)
      // The session may be one that broke just now: the next beat takes another.
      while (!(await isRegistered(session, poolId, number)))
        if (left) return
        else await sleep(sweepMs / 2)
    },
    retire(poolId) {
      pools.delete(poolId)
      retired.add(poolId)
    },
    async leave() {
      left = true
      clearInterval(timer)
      await work
      await sweep(session, retired)
        .then(() => session.query('delete from replica_pool where replica_number = $1', [number]))
        .catch(() => {})
      await session.end().catch(() => {})
    },
  }
}

async function hold(session: pg.Client, number: number): Promise<void> {
  await session.query('select pg_advisory_lock($1, $2)', [ADVISORY.replica, number])
}

function isRegistered(session: pg.Client, poolId: string, number: number): Promise<boolean> {
  return insert(session, poolId, number).then(
    () => true,
    () => false,
  )
}

async function insert(session: pg.Client, poolId: string, number: number): Promise<void> {
  await session.query(
    'insert into replica_pool (pool_id, replica_number) values ($1, $2) on conflict do nothing',
    [poolId, number],
  )
}

/** The old session where the database is still away: the next beat tries again. */
async function renew(pool: pg.Pool, number: number, pools: Set<string>, old: pg.Client): Promise<pg.Client> {
  let next: pg.Client | undefined
  try {
    next = await openSession(pool)
    await next.query("set lock_timeout = '1s'")
    await hold(next, number)
    for (const poolId of pools) await insert(next, poolId, number)
    return next
  } catch {
    await next?.end().catch(() => {})
    return old
  }
}

/**
 * Frees the jobs of dead replicas and of own pools that ended, then forgets them; in this order, so that a crash
 * between costs nothing. Answers with how many pools that were.
 */
async function sweep(session: pg.Client, retired: Set<string>): Promise<number> {
  const { rows } = await session.query<{ pool_id: string }>(DEAD)
  const gone = [...retired]
  const dead = [...new Set([...rows.map(({ pool_id }) => pool_id), ...gone])]
  if (dead.length === 0) return 0
  await session.query('select graphile_worker.force_unlock_workers($1::text[])', [dead])
  // Wakes the workers, which would otherwise look at their next poll.
  await session.query("select pg_notify('jobs:insert', $1)", [JSON.stringify({ count: 100 })])
  await session.query('delete from replica_pool where pool_id = any($1)', [dead])
  for (const poolId of gone) retired.delete(poolId)
  return dead.length
}
