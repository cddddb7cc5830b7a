/** Makes the data directory with initdb. It is whole or absent: it gets its name only after initdb ended well. */
import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Home } from './home.ts'

export const SUPERUSER = 'countersign'

/** Checksums, scram everywhere, and a collation that no operating system upgrade can change. */
const OPTIONS = [
  `--username=${SUPERUSER}`,
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--auth-local=scram-sha-256',
  '--auth-host=scram-sha-256',
]

export async function initialise(home: Home, native: string, password: string): Promise<void> {
  if (fs.existsSync(join(home.pgdata, 'PG_VERSION'))) return checkMajor(home, native)
  const partial = `${home.pgdata}.partial`
  const passwordCopy = join(home.store, 'password.partial')
  fs.rmSync(partial, { recursive: true, force: true })
  fs.rmSync(passwordCopy, { force: true })
  fs.mkdirSync(partial, { mode: 0o700 })
  fs.writeFileSync(passwordCopy, password, { mode: 0o600 })
  if (process.getuid?.() === 0)
    for (const path of [partial, passwordCopy]) fs.chownSync(path, home.user.uid, home.user.gid)
  try {
    await runAs(home, join(native, 'bin', 'initdb'), [...OPTIONS, `--pwfile=${passwordCopy}`, '-D', partial])
  } finally {
    fs.rmSync(passwordCopy, { force: true })
  }
  fs.renameSync(partial, home.pgdata)
}

function checkMajor(home: Home, native: string): void {
  const held = fs.readFileSync(join(home.pgdata, 'PG_VERSION'), 'utf8').trim()
  const bki = fs.readFileSync(join(native, 'share', 'postgresql', 'postgres.bki'), 'utf8').slice(0, 40)
  const major = /PostgreSQL (\d+)/.exec(bki)?.[1] ?? ''
  if (held !== major)
    throw new Error(`expected a data directory of PostgreSQL ${major}, got one of ${held} in ${home.pgdata}`)
}

async function runAs(home: Home, program: string, args: string[]): Promise<void> {
  const identity = process.getuid?.() === 0 ? { uid: home.user.uid, gid: home.user.gid } : {}
  try {
    await promisify(execFile)(program, args, { ...identity, cwd: home.store, env: serverEnvironment() })
  } catch (cause) {
    const { stderr } = cause as { stderr?: string }
    throw new Error(`failed to make the database in ${home.pgdata}: ${stderr?.trim() || String(cause)}`, {
      cause,
    })
  }
}

/** Nothing of ours (tokens, library paths) reaches the database's own environment. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}
