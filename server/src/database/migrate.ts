/**
 * Brings the schema forward: numbered plain SQL, each file in one transaction, never back. An older server goes on
 * beside a newer schema as long as each later migration says that it may (`-- min-reader: N`).
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { ADVISORY } from './advisory-locks.ts'
import { openSession } from './pool.ts'

export type Migration = { number: number; name: string; sql: string; checksum: string; minReader: number }
export type Applied = { number: number; name: string; checksum: string; min_reader: number }

export const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Reads `0001-name.sql`, ... in order. `-- min-reader: N`: a server that knows migration N may use the schema; without
 * that line only one that knows this migration.
 */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  const migrations = files.map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8')
    const [, digits = ''] = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name) ?? []
    const [, reader = ''] = /^-- min-reader: (\d+)$/m.exec(sql) ?? []
    if (digits === '') throw new Error(`expected a name like 0001-name.sql, got "${name}"`)
    const checksum = createHash('sha256').update(sql).digest('hex')
    return { number: Number(digits), name, sql, checksum, minReader: Number(reader || digits) }
  })
  const twice = migrations.find((one, i) => migrations[i - 1]?.number === one.number)
  if (twice !== undefined) throw new Error(`two migrations have the number ${twice.number}`)
  return migrations
}

/** Why this server may not use the schema; null if it may. */
export function schemaProblem(known: readonly Migration[], applied: readonly Applied[]): string | null {
  const newest = known.at(-1)?.number ?? 0
  for (const { number, name, checksum, min_reader } of applied) {
    const mine = known.find((migration) => migration.number === number)
    if (mine !== undefined && mine.checksum !== checksum)
      return `migration ${name} was applied in another form than this server has; use the server it came from`
    if (mine === undefined && min_reader > newest)
      return `migration ${name} in the database needs a server that knows migration ${min_reader}, this one knows up to ${newest}; upgrade this server`
  }
  return null
}

/** Applies what is missing, one server at a time. Returns the names of what it applied. Throws a sentence. */
export async function migrate(pool: pg.Pool, folder: string = MIGRATIONS): Promise<string[]> {
  const known = readMigrations(folder)
  const session = await openSession(pool)
  try {
    await session.query('select pg_advisory_lock($1, $2)', [ADVISORY.migrate.class, ADVISORY.migrate.id])
    await session.query(`create table if not exists schema_migration (number int primary key, name text not null,
      checksum text not null, min_reader int not null, at timestamptz not null default now())`)
    const { rows } = await session.query<Applied>(
      'select number, name, checksum, min_reader from schema_migration order by number',
    )
    const problem = schemaProblem(known, rows)
    if (problem !== null) throw new Error(problem)
    const missing = known.filter(({ number }) => !rows.some((row) => row.number === number))
    for (const migration of missing) await apply(session, migration)
    return missing.map(({ name }) => name)
  } finally {
    await session.end()
  }
}

async function apply(session: pg.Client, migration: Migration): Promise<void> {
  const { number, name, sql, checksum, minReader } = migration
  try {
    await session.query('begin')
    await session.query(sql)
    await session.query(
      'insert into schema_migration (number, name, checksum, min_reader) values ($1, $2, $3, $4)',
      [number, name, checksum, minReader],
    )
    await session.query('commit')
  } catch (cause) {
    await session.query('rollback').catch(() => {})
    throw new Error(`failed to apply migration ${name}: ${(cause as Error).message}`, { cause })
  }
}
