/** Records processes as pid + start time, so that a reused pid is never taken for the process that once had it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export type PidRecord = { name: string; pid: number; start: string }

/** Field 22 of `/proc/PID/stat`; the name in field 2 may hold spaces and brackets. `undefined` for a zombie or nonsense. */
export function startTimeOf(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

/** The start time of a running process, in whatever unit this system gives; `undefined` when it does not run. */
export function startTime(pid: number): string | undefined {
  try {
    if (existsSync('/proc/self/stat')) return startTimeOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

export const isAlive = (record: PidRecord): boolean => startTime(record.pid) === record.start

export function recordPid(folder: string, name: string, pid: number): PidRecord {
  const record = { name, pid, start: startTime(pid) ?? 'gone' }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(record)}\n`)
  return record
}

export function readPids(folder: string): PidRecord[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.flatMap((name) => parseRecord(readFileSync(join(folder, name), 'utf8')) ?? [])
}

/** `undefined` for a record cut short by a crash. */
export function parseRecord(text: string): PidRecord | undefined {
  try {
    const { name, pid, start } = JSON.parse(text) as Partial<PidRecord>
    if (typeof name !== 'string' || typeof start !== 'string') return undefined
    return Number.isInteger(pid) && Number(pid) > 1 ? { name, pid: Number(pid), start } : undefined
  } catch {
    return undefined
  }
}

/** Asks each recorded process to end, kills what is left after `graceMs`; resolves with those that still run. */
export async function endAll(records: PidRecord[], graceMs: number): Promise<PidRecord[]> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const record of records) signalOne(record, signal)
    const deadline = Date.now() + (signal === 'SIGTERM' ? graceMs : 3000)
    while (records.some(isAlive) && Date.now() < deadline) await sleep(30)
  }
  return records.filter(isAlive)
}

export function forgetPid(folder: string, name: string): void {
  rmSync(join(folder, `${name}.json`), { force: true })
}

function signalOne(record: PidRecord, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (!isAlive(record)) return
  try {
    process.kill(record.pid, signal)
  } catch {
    // it ended between the look and the signal
  }
}
