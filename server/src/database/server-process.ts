/** The server's process: how it is started, how one learns that it is ready, how it is ended. */
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from './home.ts'
import { serverEnvironment } from './initialise.ts'
import { readPostmaster, serves } from './postmaster.ts'

export type Running = { pid: number; socketDir: string; port: number; adopted: boolean }
export type ServerOptions = { tcpPort?: number; settings?: Record<string, string> }

const MAX_LOG_BYTES = 10_000_000
const FAST_STOP_MS = 20_000

/** Details stay out of the server's log, because they hold rows. */
const SETTINGS = {
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
}

/** Resolves when the server accepts connections. Throws with its last words if it ends before. */
export async function spawnServer(home: Home, native: string, options: ServerOptions): Promise<Running> {
  const port = options.tcpPort ?? 5432
  const settings = {
    ...SETTINGS,
    ...options.settings,
    port: String(port),
    unix_socket_directories: home.sockets,
    listen_addresses: options.tcpPort === undefined ? '' : '127.0.0.1',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const identity = process.getuid?.() === 0 ? { uid: home.user.uid, gid: home.user.gid } : {}
  const output = openLog(home.log)
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', home.pgdata, ...args], {
    ...identity,
    cwd: home.pgdata,
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', output, output],
  })
  fs.closeSync(output)
  child.unref()
  let ended: string | null = null
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code, signal) => {
    ended = `it ended with ${signal ?? `code ${code}`}`
  })
  while (ended === null) {
    const found = readPostmaster(home.pgdata)
    if (found?.pid === child.pid && found?.ready)
      return { pid: found.pid, socketDir: home.sockets, port, adopted: false }
    await sleep(10)
  }
  throw new Error(`PostgreSQL did not start: ${ended}; ${home.log} says: ${lastWords(home.log)}`)
}

/** Fast shutdown: sessions are cut, a checkpoint is written. Where that takes too long: immediate, then kill. */
export async function stopServer(pid: number, pgdata: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!serves(pid, pgdata)) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const deadline = performance.now() + patienceMs
    while (performance.now() < deadline) {
      if (!serves(pid, pgdata)) return
      await sleep(10)
    }
  }
}

function openLog(path: string): number {
  try {
    if (fs.statSync(path).size > MAX_LOG_BYTES) fs.renameSync(path, `${path}.1`)
  } catch {
    // The first start has no log yet.
  }
  return fs.openSync(path, 'a', 0o600)
}

function lastWords(path: string): string {
  return fs.readFileSync(path, 'utf8').trimEnd().split('\n').slice(-3).join(' | ')
}
