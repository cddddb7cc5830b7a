import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startPostgres } from './launcher.ts'
import { openPool } from './pool.ts'
import { readPostmaster, serves } from './postmaster.ts'
import { quiet, testFolder } from './testing.ts'

const isRoot = process.getuid?.() === 0
const CHILD = fileURLToPath(new URL('./testing/postgres-child.ts', import.meta.url))

async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows[0]
  } finally {
    await client.end()
  }
}

async function until<T>(work: () => Promise<T>, forMs: number): Promise<T> {
  const deadline = performance.now() + forMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await sleep(10)
    }
  }
}

async function launched(folder: string): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const child = fork(CHILD, [folder], { execArgv: ['--import', 'tsx'] })
  const told = await new Promise<{ url: string; pid: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as never))
    child.once('exit', () => reject(new Error('the launcher ended')))
  })
  return { child, ...told }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

test('makes a database that is safe by default, and starts it again', async () => {
  const folder = testFolder()
  const began = performance.now()
  const first = await startPostgres({ dataDir: folder, log: quiet })
  const cold = performance.now() - began
  const settings = await ask(
    first.url,
    `select current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
      current_setting('listen_addresses') as listens, current_setting('password_encryption') as passwords,
      datlocprovider as provider, datlocale as locale from pg_database where datname = current_database()`,
  )
  expect(settings).toEqual({
    checksums: 'on',
    fsync: 'on',
    listens: '',
    passwords: 'scram-sha-256',
    provider: 'b',
    locale: 'C.UTF-8',
  })
  expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600)
  expect(statSync(first.config.host as string).mode & 0o777).toBe(0o700)
  await expect(ask(first.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password')
  const stopping = performance.now()
  await first.stop()
  const stopped = performance.now()
  const second = await startPostgres({ dataDir: folder, log: quiet })
  const warm = performance.now() - stopped
  expect(second.adopted).toBe(false)
  expect(await ask(second.url, 'select 1 as one')).toEqual({ one: 1 })
  await second.stop()
  const round = Math.round
  console.log(JSON.stringify({ coldMs: round(cold), stopMs: round(stopped - stopping), warmMs: round(warm) }))
})

test('a killed PostgreSQL is back at once, with everything it acknowledged', async () => {
  const server = await startPostgres({ dataDir: testFolder(), log: quiet })
  const pool = openPool(server.url, { max: 4 })
  await pool.query('create table t (i int)')
  const took: number[] = []
  for (let round = 1; round <= 3; round++) {
    await pool.query('insert into t values ($1)', [round])
    const began = performance.now()
    const killed = server.pid()
    process.kill(killed, 'SIGKILL')
    // Sessions of the dead server may still answer for a moment: that is not being back.
    while (server.pid() === killed) await sleep(1)
    const { rows } = await until(() => pool.query('select count(*) as n from t'), 15_000)
    took.push(Math.round(performance.now() - began))
    expect(rows[0].n).toBe(round)
  }
  console.log(JSON.stringify({ backAfterMs: took }))
  // About half a second; a machine under heavy load takes its time to recover.
  expect(Math.min(...took)).toBeLessThan(5_000)
  await pool.end()
  await server.stop()
})

test('adopts a server whose launcher was killed', async () => {
  const folder = testFolder()
  const { child, pid } = await launched(folder)
  await kill(child)
  const adopted = await startPostgres({ dataDir: folder, log: quiet })
  expect(adopted.adopted).toBe(true)
  expect(adopted.pid()).toBe(pid)
  // One that it did not start itself is looked after as well.
  process.kill(pid, 'SIGKILL')
  while (adopted.pid() === pid) await sleep(5)
  await until(() => ask(adopted.url, 'select 1'), 15_000)
  await adopted.stop()
  expect(readPostmaster(join(folder, 'pgdata'))).toBeNull()
})

test('comes back after launcher and server were killed at once', async () => {
  const folder = testFolder()
  const { child, pid, url } = await launched(folder)
  const pool = openPool(url, { max: 8 })
  await Promise.all(Array.from({ length: 8 }, () => pool.query('select pg_sleep(0.05)')))
  child.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  const began = performance.now()
  const server = await startPostgres({ dataDir: folder, log: quiet })
  expect(performance.now() - began).toBeLessThan(15_000)
  expect(server.adopted).toBe(false)
  await pool.end()
  await server.stop()
})

test('a process id that belongs to someone else is not taken for the server', () => {
  expect(serves(process.pid, '/')).toBe(false)
})

test('a data directory with a long path still gets a short socket', async () => {
  const folder = join(testFolder(), 'a'.repeat(60), 'b'.repeat(60))
  const server = await startPostgres({ dataDir: folder, log: quiet })
  expect(`${server.config.host}/.s.PGSQL.5432`.length).toBeLessThan(100)
  expect(await ask(server.url, 'select 1 as one')).toEqual({ one: 1 })
  await server.stop()
})

test.runIf(isRoot)('root may keep its data under a folder that only root enters', async () => {
  const top = testFolder()
  const closed = join(top, 'home')
  mkdirSync(closed, { mode: 0o700 })
  const options = { dataDir: join(closed, 'data'), elsewhere: join(top, 'elsewhere'), log: quiet }
  const server = await startPostgres(options)
  expect(realpathSync(join(options.dataDir, 'pgdata'))).toContain('/elsewhere/')
  expect(existsSync(join(options.dataDir, 'password'))).toBe(true)
  await server.stop()
  chmodSync(closed, 0o755)
  const again = await startPostgres(options)
  expect(await ask(again.url, 'select 1 as one')).toEqual({ one: 1 })
  await again.stop()
})

test('listens on loopback where asked', async () => {
  const server = await startPostgres({ dataDir: testFolder(), log: quiet, tcpPort: 45_431 })
  const { user, password, database } = server.config
  const url = `postgres://${user}:${password}@127.0.0.1:45431/${database}`
  expect(await ask(url, "select current_setting('listen_addresses') as at")).toEqual({ at: '127.0.0.1' })
  await server.stop()
})
