/** One process per journal: two would each believe that a grant is unused. */
import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunnerFault } from '../fault.ts'

/** Throws where another runner lives. The lock of a killed one is taken over. Returns how to let go. */
export function lockState(state: string): () => void {
  const file = join(state, 'runner.lock')
  const mine = `${process.pid} ${startOf(process.pid)}`
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const held = readHolder(file)
      const [pid = '', start = ''] = held.split(' ')
      if (pid !== '' && lives(Number(pid), start) && `${pid} ${start}` !== mine)
        throw new RunnerFault(`process ${pid} already runs on "${state}"`, 'stop it first')
      putAside(file, held)
    }
  }
  throw new RunnerFault(`failed to lock "${state}"`, 'see who else writes there')
}

/**
 * Of several that find a stale lock, each renames what is there, and one gets it; whoever took away another lock than
 * the stale one puts it back.
 */
export function putAside(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.${randomUUID()}`
  try {
    renameSync(file, aside)
    if (readHolder(aside) !== stale) linkSync(aside, file)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function readHolder(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function lives(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startOf(pid) === start
}

/** When the process started, in ticks since boot: a number that was given to another process does not match. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
