/** Takes a database away from outside: frozen with all its processes, or dead with nothing to start it from. */
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Stage } from '../stage/stage.ts'
import { pgdataOf, postmasterOf } from './record.ts'

/** Frozen, it neither answers nor hangs up. Answers with how to thaw it. */
export function freezeDatabase(stage: Stage): () => void {
  const { pid } = postmasterOf(stage)
  // The postmaster first, so that no further process joins the others.
  process.kill(pid, 'SIGSTOP')
  const all = [pid, ...childrenOf(pid)]
  for (const one of all) signal(one, 'SIGSTOP')
  return () => {
    for (const one of all) signal(one, 'SIGCONT')
  }
}

/** Killed, and its folder out of reach, so that nobody can start it again. Answers with how to allow that. */
export function buryDatabase(stage: Stage): () => void {
  const data = pgdataOf(stage)
  const buried = join(dirname(data), 'pgdata.buried')
  const { pid } = postmasterOf(stage)
  renameSync(data, buried)
  signal(pid, 'SIGKILL')
  return () => renameSync(buried, data)
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid)
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}
