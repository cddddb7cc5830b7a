import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../database/pool.ts'
import { quiet, type TestDatabase, testDatabase } from '../database/testing.ts'
import { inTransaction } from '../database/transaction.ts'
import { record } from '../record/record.ts'
import { enqueue, installQueue, startWorker } from './queue.ts'
import { jobKey, reconcile, startReconciler } from './reconcile.ts'
import { PRIVATE_JOBS } from './replica.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase({ max: 10 })
  await Promise.all([installQueue(db.pool), installQueue(db.pool)])
  await db.pool.query(
    'create table began (id text, pid int, at timestamptz); create table done (id text primary key)',
  )
})
afterAll(() => db.stop())

async function until(what: () => unknown, forMs = 10_000): Promise<void> {
  const deadline = performance.now() + forMs
  while (performance.now() < deadline) {
    if (await what()) return
    await sleep(10)
  }
  throw new Error(`waited in vain for ${what}`)
}
const rows = async (sql: string, values: unknown[] = []) => (await db.pool.query(sql, values)).rows
const waiting = async () => (await rows(`select count(*) as n from ${PRIVATE_JOBS}`))[0].n

test('the pinned library still has the table and columns that the sweep reads', async () => {
  const columns = await rows(
    "select column_name as name from information_schema.columns where table_schema || '.' || table_name = $1",
    [PRIVATE_JOBS],
  )
  expect(columns.map(({ name }) => name)).toContain('locked_by')
  const lock = fileURLToPath(new URL('../../package.json', import.meta.url))
  expect(JSON.parse(readFileSync(lock, 'utf8')).dependencies['graphile-worker']).toBe('0.17.3')
})

test('a job exists if and only if its transaction was committed; its payload is the id', async () => {
  const failed = inTransaction(db.pool, async (tx) => {
    await enqueue(tx, 'note', 'x')
    throw new Error('undone')
  })
  await expect(failed).rejects.toThrow('undone')
  expect(await waiting()).toBe(0)
  const seen: string[] = []
  const worker = await startWorker({
    pool: db.pool,
    log: quiet,
    tasks: { note: async (id) => void seen.push(id) },
  })
  await inTransaction(db.pool, (tx) => enqueue(tx, 'note', 'y'))
  await until(() => seen.length === 1)
  await worker.stop()
  expect(seen).toEqual(['y'])
  expect(await rows('select from replica_pool')).toEqual([])
})

test('waits for run_at, and a key makes one job of many hints', async () => {
  const seen: string[] = []
  for (let i = 0; i < 5; i++) await enqueue(db.pool, 'note', 'k', { key: 'one', runAt: Date.now() + 400 })
  expect(await waiting()).toBe(1)
  const worker = await startWorker({
    pool: db.pool,
    log: quiet,
    tasks: { note: async (id) => void seen.push(id) },
  })
  await sleep(200)
  expect(seen).toEqual([])
  await until(() => seen.length === 1)
  await worker.stop()
})

test('a worker killed inside a job is taken over within two seconds', async () => {
  const CHILD = fileURLToPath(new URL('./testing/worker-child.ts', import.meta.url))
  const start = async (slowMs: string): Promise<ChildProcess> => {
    const child = fork(CHILD, [db.url, slowMs], { execArgv: ['--import', 'tsx'] })
    await new Promise((resolve) => child.once('message', resolve))
    return child
  }
  const victim = await start('60000')
  for (const id of ['j1', 'j2', 'j3']) await enqueue(db.pool, 'step', id)
  await until(async () => (await rows('select from began')).length === 3)
  const heir = await start('10')
  const killed = performance.now()
  victim.kill('SIGKILL')
  await until(async () => (await rows('select from began where pid = $1', [heir.pid])).length === 3)
  const tookOver = performance.now() - killed
  await until(async () => (await rows('select from done')).length === 3)
  await until(async () => (await waiting()) === 0)
  expect(tookOver).toBeLessThan(2_000)
  console.log(JSON.stringify({ tookOverMs: Math.round(tookOver) }))
  const ended = new Promise((resolve) => heir.once('exit', resolve))
  heir.kill('SIGKILL')
  await ended
})

test('goes on after every session was cut', async () => {
  const seen: string[] = []
  const worker = await startWorker({
    pool: db.pool,
    log: quiet,
    sweepMs: 100,
    tasks: { note: async (id) => void seen.push(id) },
  })
  await db.pool
    .query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    .catch(() => {})
  await sleep(300)
  await enqueue(db.pool, 'note', 'after')
  await until(() => seen.includes('after'))
  await until(
    async () =>
      (
        await rows(
          `select from pg_locks l join pg_database d on d.oid = l.database
    where locktype = 'advisory' and classid = 77 and objid = $1::oid and datname = current_database()`,
          [worker.replicaNumber],
        )
      ).length === 1,
  )
  await worker.stop()
})

test('a job whose end cannot be recorded, because the database went away, is done again', async () => {
  const name = (await rows('select current_database() as name'))[0].name
  const admin = openPool(db.url.replace(`/${name}?`, '/postgres?'))
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
  let runs = 0
  const task = async () => {
    runs++
    if (runs > 1) return
    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query(cut)
  }
  await enqueue(db.pool, 'note', 'cut')
  const worker = await startWorker({ pool: db.pool, log: quiet, sweepMs: 100, tasks: { note: task } })
  await until(() => runs === 1)
  await sleep(300)
  await admin.query(`alter database ${name} allow_connections true`)
  await until(async () => runs > 1 && (await waiting().catch(() => 1)) === 0)
  await worker.stop()
  await admin.end()
})

test('what is due is enqueued again, once, for the kinds and forms that this server knows', async () => {
  const actor = { kind: 'control-plane', id: 's' }
  const events = [{ type: 'noted', actor, state: 1 }]
  const append = (stream: string, kind: string, dueAt: number | null) => ({
    stream,
    kind,
    expected: 0,
    events,
    dueAt,
  })
  await inTransaction(db.pool, (tx) =>
    record(
      tx,
      [
        append('due-1', 'k', 1),
        append('later', 'k', 9e12),
        append('never', 'k', null),
        append('odd', 'z', 1),
      ],
      Date.now,
    ),
  )
  await inTransaction(db.pool, (tx) => record(tx, [append('newer', 'k', 1)], Date.now))
  await db.pool.query("update stream set min_reader = 2 where id = 'newer'")
  const options = {
    pool: db.pool,
    taskOf: (kind: string) => (kind === 'k' ? 'note' : null),
    clock: Date.now,
    log: quiet,
  }
  expect(await reconcile(options)).toBe(1)
  expect(await reconcile(options)).toBe(0)
  expect((await rows('select key from graphile_worker.jobs')).map(({ key }) => key)).toEqual([
    jobKey('due-1'),
  ])
  await db.pool.query('delete from graphile_worker._private_jobs')
  const reconciler = startReconciler({ ...options, everyMs: 50 })
  await until(async () => (await waiting()) === 1)
  await reconciler.stop()
})
