import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from './pool.ts'
import { readHosts } from './primary.ts'
import { refuseTransactionPooling } from './proxy-check.ts'
import { type TestDatabase, testDatabase, testPostgres } from './testing.ts'
import { Conflict, DatabaseAway, inTransaction } from './transaction.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase({ max: 4 })
  await db.pool.query('create table n (i int primary key)')
})
afterAll(() => db.stop())

test('commits what was done, and gives int8 back as numbers', async () => {
  await inTransaction(db.pool, (tx) => tx.query('insert into n values (1)'))
  expect((await db.pool.query('select i::int8 as i from n')).rows).toEqual([{ i: 1 }])
  await expect(db.pool.query('select 9007199254740993::int8')).rejects.toThrow('expected a safe integer')
})

test('tries a conflict again, a few times', async () => {
  let runs = 0
  const always = inTransaction(
    db.pool,
    async () => {
      runs++
      throw new Conflict('moved')
    },
    3,
  )
  await expect(always).rejects.toThrow('moved')
  expect(runs).toBe(3)
})

test('a failed statement whose error is swallowed does not pass for a commit', async () => {
  const swallowed = inTransaction(db.pool, async (tx) => {
    await tx.query('insert into n values (7)')
    await tx.query('select 1 / 0').catch(() => {})
  })
  await expect(swallowed).rejects.toThrow('nothing was committed')
  expect((await db.pool.query('select from n where i = 7')).rowCount).toBe(0)
})

test('an unreachable database is away, and nothing was done', async () => {
  const nowhere = openPool('postgres://u:p@127.0.0.1:1/x')
  const error = await inTransaction(nowhere, (tx) => tx.query('select 1')).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(DatabaseAway)
  expect(error.outcome).toBe('not-done')
  expect(error.cause).toBeInstanceOf(Error)
  await nowhere.end()
})

test('a frozen database is away within the time given, and a thawed one is used again', async () => {
  const pool = openPool(db.url, { max: 1, answerWithinMs: 300 })
  const { pid } = (await pool.query('select pg_backend_pid() as pid')).rows[0]
  process.kill(pid, 'SIGSTOP')
  try {
    const error = await inTransaction(pool, (tx) => tx.query('insert into n values (98)')).catch(
      (thrown) => thrown,
    )
    expect(error).toBeInstanceOf(DatabaseAway)
    expect(error.outcome).toBe('not-done')
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  expect((await pool.query('select from n where i = 98')).rowCount).toBe(0)
  await pool.end()
})

test('a session cut in the middle is away, and the pool lives on', async () => {
  const error = await inTransaction(db.pool, async (tx) => {
    const { pid } = (await tx.query('select pg_backend_pid() as pid')).rows[0]
    await db.pool.query('select pg_terminate_backend($1)', [pid])
    await tx.query('insert into n values (99)')
  }).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(DatabaseAway)
  await sleep(50)
  expect((await db.pool.query('select from n where i = 99')).rowCount).toBe(0)
})

test('a connection lost during the commit leaves the outcome open, and says so', async () => {
  const server = await testPostgres()
  const sockets: Socket[] = []
  let cutAtCommit = false
  const proxy = createServer((inward) => {
    const outward = dial(`${server.config.host}/.s.PGSQL.5432`)
    sockets.push(inward, outward)
    outward.on('error', () => {})
    inward.on('error', () => {})
    outward.pipe(inward)
    inward.on('data', (data) => {
      if (cutAtCommit && data.includes('commit')) {
        outward.end(data)
        inward.destroy()
      } else outward.write(data)
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as { port: number }
  const url = db.url.replace('@/', `@127.0.0.1:${port}/`).replace(/\?.*/, '')
  const pool = openPool(url)
  cutAtCommit = true
  const error = await inTransaction(pool, (tx) => tx.query('insert into n values (55)')).catch(
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(DatabaseAway)
  expect(error.outcome).toBe('unknown')
  await pool.end()
  for (const socket of sockets) socket.destroy()
  proxy.close()
})

test('takes the server itself for what it is', async () => {
  await refuseTransactionPooling(db.pool)
})

test.each([
  {
    url: 'postgres://u:p@a:1,b:2/d?target_session_attrs=read-write&sslmode=require',
    hosts: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ],
    single: 'postgres://u:p@a:1/d?sslmode=require',
  },
  { url: 'postgres://u@a/d', hosts: [{ host: 'a', port: 5432 }], single: 'postgres://u@a/d' },
  { url: 'postgres://u:p@/d?host=/tmp/x', hosts: [], single: 'postgres://u:p@/d?host=/tmp/x' },
  { url: 'postgresql://[::1]:7/d', hosts: [{ host: '::1', port: 7 }], single: 'postgresql://[::1]:7/d' },
])('reads the hosts of $url', ({ url, hosts, single }) => {
  expect(readHosts(url)).toEqual({ hosts, single })
})
