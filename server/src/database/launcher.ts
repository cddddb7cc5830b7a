/**
 * Starts the embedded PostgreSQL and keeps it up: adopts one that outlived us, restarts one that died, stops it
 * gently. It listens on a Unix socket in a 0700 folder; on TCP only where asked for, and then only on loopback.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Home, makeHome, readPassword } from './home.ts'
import { initialise, SUPERUSER } from './initialise.ts'
import { runnableNative } from './native.ts'
import { readPostmaster, serves } from './postmaster.ts'
import { type Running, spawnServer, stopServer } from './server-process.ts'

export type Log = { info(text: string): void; warn(text: string): void }

export type PostgresOptions = {
  /** Made where absent. Holds the data, the password (0600) and the server's log. */
  dataDir: string
  log: Log
  /** Also listen on 127.0.0.1 at this port. */
  tcpPort?: number
  /** Further settings, as in postgresql.conf. */
  settings?: Record<string, string>
  /** Where the data goes if the server's user may not enter `dataDir`. */
  elsewhere?: string
}

export type EmbeddedPostgres = {
  /** For `pg`: with password and socket folder. A secret. */
  url: string
  config: pg.PoolConfig
  pid(): number
  /** Whether it ran already, left over by a process that was killed. */
  adopted: boolean
  /** Ends the watch and the server: sessions are cut, everything committed is kept. */
  stop(): Promise<void>
}

const DATABASE = 'countersign'
const START_DEADLINE_MS = 30_000
const WATCH_MS = 100

/** Throws an Error with the server's own last words if it does not come up within half a minute. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log, elsewhere = '/var/lib/countersign' } = options
  const home = makeHome(dataDir, elsewhere, (text) => log.info(text))
  const native = runnableNative(home.store, home.user, (text) => log.info(text))
  const password = readPassword(home)
  if (process.getuid?.() === 0) log.info(`PostgreSQL runs as user ${home.user.name}, because it refuses root`)
  await initialise(home, native, password)
  let running = await bringUp(home, native, options, password)
  const adopted = running.adopted
  const config: pg.PoolConfig = {
    host: running.socketDir,
    port: running.port,
    user: SUPERUSER,
    password,
    database: DATABASE,
  }
  const watch = keepUp(
    home,
    () => running,
    async () => {
      running = await bringUp(home, native, options, password)
    },
    log,
  )
  const stop = async () => {
    await watch.stop()
    await stopServer(running.pid, home.pgdata)
  }
  const url = `postgres://${SUPERUSER}:${password}@/${DATABASE}?host=${encodeURIComponent(running.socketDir)}&port=${running.port}`
  return { url, config, pid: () => running.pid, adopted, stop }
}

/** Adopts or starts. Tries again for a while: after kill -9 the old sessions need a moment to let go. */
async function bringUp(
  home: Home,
  native: string,
  options: PostgresOptions,
  password: string,
): Promise<Running> {
  const deadline = performance.now() + START_DEADLINE_MS
  for (let wait = 25; ; wait = Math.min(wait * 2, 200)) {
    try {
      const running = (await adopt(home, deadline)) ?? (await spawnServer(home, native, options))
      // One that was killed just now may still look alive: whether it answers is what counts.
      await createDatabase({ host: running.socketDir, port: running.port, user: SUPERUSER, password })
      return running
    } catch (error) {
      if (performance.now() + wait > deadline) throw error
      await sleep(wait)
    }
  }
}

async function adopt(home: Home, deadline: number): Promise<Running | null> {
  while (performance.now() < deadline) {
    const found = readPostmaster(home.pgdata)
    if (found === null) return null
    if (!serves(found.pid, home.pgdata)) {
      rmSync(join(home.pgdata, 'postmaster.pid'), { force: true })
      // The dead server's process id may still be known (a zombie) or be another's by now: a new one would not start.
      rmSync(join(home.sockets, `.s.PGSQL.${found.port}.lock`), { force: true })
      return null
    }
    if (found.ready) return { ...found, adopted: true }
    await sleep(20)
  }
  throw new Error(`the PostgreSQL that runs in ${home.pgdata} did not become ready`)
}

/** Looks after the server until stopped: one that died is brought up again, with the same address. */
function keepUp(home: Home, now: () => Running, again: () => Promise<void>, log: Log) {
  let stopping = false
  let work: Promise<void> = Promise.resolve()
  const check = async () => {
    const { pid } = now()
    if (stopping || serves(pid, home.pgdata)) return
    log.warn(`PostgreSQL (pid ${pid}) died: starting it again`)
    try {
      await again()
      log.info(`PostgreSQL serves again (pid ${now().pid})`)
    } catch (error) {
      log.warn(`failed to start PostgreSQL again, trying on: ${(error as Error).message}`)
    }
  }
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    work = check().finally(() => {
      busy = false
    })
  }, WATCH_MS)
  timer.unref()
  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      await work
    },
  }
}

async function createDatabase(config: pg.PoolConfig): Promise<void> {
  const client = new pg.Client({ ...config, database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } catch (error) {
    if ((error as { code?: string }).code !== '42P04') throw error
  } finally {
    await client.end()
  }
}
