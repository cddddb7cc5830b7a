/** As whom PostgreSQL runs: it refuses root, so root hands it to the account `postgres`, or else to `nobody`. */
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

export type ServerUser = { name: string; uid: number; gid: number }

/** `owner`: of a data directory that exists; it stays with who has it, whichever accounts come later. */
export function serverUser(owner: { uid: number; gid: number } | null): ServerUser {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { name: `uid ${uid}`, uid, gid: process.getgid?.() ?? 0 }
  const accounts = readAccounts()
  const found =
    accounts.find((account) => account.uid === owner?.uid && account.uid !== 0) ??
    accounts.find((account) => account.name === 'postgres') ??
    accounts.find((account) => account.name === 'nobody')
  if (found === undefined)
    throw new Error(
      'expected an account "postgres" or "nobody" to run PostgreSQL, got neither; it refuses root',
    )
  return found
}

function readAccounts(): ServerUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
}

/** Whether the user may read this path (and enter it, or run it), judged by owner, group and mode on the whole way. */
export function mayRead(path: string, user: ServerUser): boolean {
  if (process.getuid?.() !== 0) return true
  try {
    const real = realpathSync(path)
    return allows(statSync(real), user, 4) && mayEnter(dirname(real), user)
  } catch {
    return false
  }
}

/** Whether the user may pass through this folder and all above it. */
export function mayEnter(folder: string, user: ServerUser): boolean {
  if (process.getuid?.() !== 0) return true
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    if (!allows(statSync(at), user, 1)) return false
    if (at === dirname(at)) return true
  }
}

function allows(stats: Stats, user: ServerUser, bit: 1 | 4): boolean {
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0
  return ((stats.mode >> shift) & bit) !== 0
}
