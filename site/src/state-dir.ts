/** Where the site keeps everything that changes: one folder, made by `up` and removed by `down`. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Site } from './described.ts'
import { SiteFault } from './fault-of-site.ts'
import { startTime } from './pid-record.ts'

export type Paths = ReturnType<typeof pathsIn>

/** `COUNTERSIGN_SITE_DIR`, else `.site` at the root of the repository. */
export function stateDir(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  return resolve(process.env['COUNTERSIGN_SITE_DIR'] || join(root, '.site'))
}

export function pathsIn(dir: string) {
  return {
    dir,
    begun: join(dir, 'begun.json'),
    lock: join(dir, 'lock'),
    site: join(dir, 'site.json'),
    pids: join(dir, 'pids'),
    logs: join(dir, 'logs'),
    tmpfs: join(dir, 'hosts'),
    ssh: join(dir, 'ssh'),
    sshKey: join(dir, 'ssh', 'id'),
    knownHosts: join(dir, 'ssh', 'known_hosts'),
    tsig: join(dir, 'tsig.key'),
    token: join(dir, 'alertmanager-token'),
    prometheus: join(dir, 'prometheus'),
    alertmanager: join(dir, 'alertmanager'),
    keeper: join(dir, 'keeper.json'),
  }
}

/** What `up` is making here, written before the first thing is made: the promise that `down` can find all of it. */
export type Begun = { kind: 'real' | 'bare'; prefix: string; madeNamespaceFolder?: boolean }

export function readBegun(dir: string): Begun | undefined {
  return readJson(pathsIn(dir).begun) as Begun | undefined
}

/** The site that is up in this folder, or `undefined`; written last by `up`, so whoever reads it finds it answering. */
export function readSite(dir: string = stateDir()): Site | undefined {
  return readJson(pathsIn(dir).site) as Site | undefined
}

function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new SiteFault(`"${file}" is not JSON`, { hint: 'remove it, then run: npm run site -- down', cause })
  }
}

export function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

/** A secret file, readable by its owner alone. */
export function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 })
}

export const randomToken = (): string => randomBytes(32).toString('base64url')

/** Runs `work` while no other `up` or `down` works in this folder; a lock whose holder is gone does not count. */
export async function withLock<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const { lock } = pathsIn(dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const mine = JSON.stringify({ pid: process.pid, start: startTime(process.pid) })
  if (!takeLock(lock, mine)) {
    const holder = readLock(lock)
    if (holder === undefined) rmSync(lock, { force: true })
    if (holder !== undefined || !takeLock(lock, mine)) {
      const who = holder ? `process ${holder}` : 'another process'
      throw new SiteFault(`${who} is working on the site in "${dir}"`, { hint: 'wait until it has ended' })
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
    removeIfEmpty(dir)
  }
}

function takeLock(lock: string, mine: string): boolean {
  try {
    writeFileSync(lock, mine, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readLock(lock: string): number | undefined {
  if (!existsSync(lock)) return undefined
  const text = readFileSync(lock, 'utf8')
  try {
    const { pid, start } = JSON.parse(text) as { pid: number; start: string }
    return startTime(pid) === start ? pid : undefined
  } catch {
    return undefined
  }
}

/** Removes what this room made in the folder, nothing else; the folder too when nothing is left in it. */
export function clearState(dir: string, options: { keepLogs: boolean }): void {
  const paths = pathsIn(dir)
  const kept = [paths.dir, paths.lock, ...(options.keepLogs ? [paths.logs, paths.begun] : [])]
  const made = [...Object.values(paths), `${paths.keeper}.new`]
  for (const path of made) if (!kept.includes(path)) rmSync(path, { recursive: true, force: true })
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir)
  } catch {
    // something else lives there: it stays
  }
}
