/**
 * Databases for tests: one embedded PostgreSQL per test process, one fresh database per caller. The server goes away
 * with the process, however that ends.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startPostgres } from './launcher.ts'
import { migrate } from './migrate.ts'
import { openPool, type PoolOptions } from './pool.ts'

export type TestDatabase = { pool: pg.Pool; url: string; stop(): Promise<void> }

export const quiet = { info() {}, warn() {} }

/** A new folder that the server's user may enter, removed when this process ends. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  chmodSync(folder, 0o711)
  // The pipe closes when we end, even by SIGKILL; then the shell stops what still serves there, and cleans up.
  const script = `read -r _; for file in "$1"/pgdata/postmaster.pid "$1"/*/pgdata/postmaster.pid; do
    [ -f "$file" ] && kill -QUIT "$(head -n 1 "$file")"; done; sleep 0.3; rm -rf "$1"`
  const guard = spawn('sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  ;(guard.stdin as unknown as { unref(): void }).unref()
  return folder
}

let shared: Promise<EmbeddedPostgres> | undefined
let count = 0

/** The server that this process's tests share. */
export function testPostgres(): Promise<EmbeddedPostgres> {
  shared ??= startPostgres({ dataDir: testFolder(), log: quiet, settings: { max_connections: '150' } })
  return shared
}

/** A fresh, migrated database. `stop` closes the pool and drops it. */
export async function testDatabase(
  options: PoolOptions & { migrated?: boolean } = {},
): Promise<TestDatabase> {
  const server = await testPostgres()
  const name = `test_${process.pid}_${++count}`
  await asAdmin(server, `create database ${name}`)
  const url = server.url.replace('/countersign?', `/${name}?`)
  const pool = openPool(url, options)
  if (options.migrated !== false) await migrate(pool)
  return {
    pool,
    url,
    async stop() {
      await pool.end()
      await asAdmin(server, `drop database ${name} with (force)`)
    },
  }
}

/** Runs with a database of its own, and removes it. */
export async function withDatabase<T>(fn: (database: TestDatabase) => Promise<T>): Promise<T> {
  const database = await testDatabase()
  try {
    return await fn(database)
  } finally {
    await database.stop()
  }
}

async function asAdmin(server: EmbeddedPostgres, statement: string): Promise<void> {
  const client = new pg.Client(server.config as pg.ClientConfig)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
