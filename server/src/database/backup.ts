/**
 * Backup and restore of the embedded database, while it runs: PostgreSQL's own low-level base backup. Everything that
 * was committed before `backup` was called is in it. The head file of the log is left out on purpose: it tells a
 * restored database that it is old.
 */

import { existsSync } from 'node:fs'
import { readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type pg from 'pg'
import { makeHome } from './home.ts'
import { giveTo } from './native.ts'
import { openSession } from './pool.ts'
import { readTar, type TarWriter, writeTar } from './tar.ts'

export type BackupReport = { file: string; bytes: number; files: number; tookMs: number }

/** What a base backup leaves out: it belongs to the running server, or is made anew. */
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_wal|pg_replslot|pg_stat_tmp|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_subtrans)$/
const TEMPORARY = /(^|\/)pgsql_tmp/

/**
 * Writes a backup (0600) to a file that does not exist yet; it has its name only when it is whole. `dataDir` as given
 * to `startPostgres`. Throws for a database that is not the embedded one of this machine.
 */
export async function backup(pool: pg.Pool, dataDir: string, file: string): Promise<BackupReport> {
  const began = performance.now()
  if (existsSync(file)) throw new Error(`expected a new file for the backup, ${file} exists`)
  const partial = `${file}.partial`
  await rm(partial, { force: true })
  const session = await openSession(pool)
  try {
    const pgdata = await dataDirectory(session, dataDir)
    // Keeps the write-ahead log from the start of the backup on; goes away with this session.
    await session.query(
      "select pg_create_physical_replication_slot('countersign_backup_' || pg_backend_pid(), true, true)",
    )
    const start = await session.query<{ wal: string }>(
      "select pg_walfile_name(pg_backup_start('countersign', true)) as wal",
    )
    const tar = await writeTar(partial)
    const files = await copyData(tar, pgdata)
    const stop = await session.query<{ wal: string; labelfile: string }>(
      'select pg_walfile_name(lsn) as wal, labelfile from pg_backup_stop(false)',
    )
    await tar.bytes('pgdata/backup_label', Buffer.from(stop.rows[0]?.labelfile ?? ''))
    const segments = await copyWal(tar, pgdata, start.rows[0]?.wal ?? '', stop.rows[0]?.wal ?? '')
    await tar.bytes('password', await readFile(join(dataDir, 'password')))
    await tar.finish()
    await rename(partial, file)
    const { size } = await stat(file)
    return { file, bytes: size, files: files + segments, tookMs: Math.round(performance.now() - began) }
  } finally {
    await session.end().catch(() => {})
    await rm(partial, { force: true })
  }
}

async function dataDirectory(session: pg.Client, dataDir: string): Promise<string> {
  const { rows } = await session.query<{ setting: string }>(
    "select setting from pg_settings where name = 'data_directory'",
  )
  const pgdata = await realpath(join(dataDir, 'pgdata')).catch(() => null)
  if (pgdata === null || rows[0]?.setting !== pgdata)
    throw new Error(
      `the database in use is not the embedded one in ${dataDir}; back it up with the tools of its own cluster`,
    )
  return pgdata
}

async function copyData(tar: TarWriter, pgdata: string): Promise<number> {
  let files = 0
  const copy = async (folder: string) => {
    await tar.folder(join('pgdata', folder))
    const items = await readdir(join(pgdata, folder), { withFileTypes: true })
    for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, item.name)
      if (TEMPORARY.test(path)) continue
      if (LEFT_OUT.test(path)) {
        if (item.isDirectory()) await tar.folder(join('pgdata', path))
      } else if (item.isDirectory()) await copy(path)
      else if (item.isFile()) files += await copyOne(tar, pgdata, path)
    }
  }
  await copy('')
  await tar.folder('pgdata/pg_wal/archive_status')
  await tar.folder('pgdata/pg_wal/summaries')
  return files
}

/** A table dropped meanwhile takes its files along; replay knows about that. */
async function copyOne(tar: TarWriter, pgdata: string, path: string): Promise<number> {
  const found = await stat(join(pgdata, path)).catch(() => null)
  if (found === null) return 0
  await tar.file(join('pgdata', path), join(pgdata, path), found.size)
  return 1
}

async function copyWal(tar: TarWriter, pgdata: string, first: string, last: string): Promise<number> {
  const wanted = (await readdir(join(pgdata, 'pg_wal'))).filter(
    (name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last,
  )
  if (!wanted.includes(first) || !wanted.includes(last))
    throw new Error(
      `expected the write-ahead log from ${first} to ${last}, got ${wanted.join(', ') || 'none'}`,
    )
  for (const name of wanted.sort()) {
    const path = join(pgdata, 'pg_wal', name)
    await tar.file(join('pgdata/pg_wal', name), path, (await stat(path)).size)
  }
  return wanted.length
}

/**
 * Unpacks a backup into a data directory that holds no database yet; `startPostgres` then brings it up, as of the end
 * of the backup. Nothing has its place before all of it was checked and written.
 */
export async function restore(
  file: string,
  dataDir: string,
  elsewhere = '/var/lib/countersign',
): Promise<void> {
  const home = makeHome(dataDir, elsewhere, () => {})
  if (existsSync(home.pgdata))
    throw new Error(`expected no database in ${dataDir}, found ${basename(home.pgdata)}; move it away first`)
  const unpacked = join(dirname(home.pgdata), 'restore.partial')
  await rm(unpacked, { recursive: true, force: true })
  try {
    await readTar(file, unpacked)
    if (process.getuid?.() === 0) giveTo(join(unpacked, 'pgdata'), home.user)
    await rename(join(unpacked, 'password'), home.passwordFile)
    await rename(join(unpacked, 'pgdata'), home.pgdata)
  } finally {
    await rm(unpacked, { recursive: true, force: true })
  }
}
