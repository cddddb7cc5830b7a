/**
 * Looks into the database of a stage from outside, to strike as near as one can to the commit of an entry. What
 * stories demand is asked of the public API; this only says when.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Stage } from '../stage/stage.ts'
import type { Phase } from './phases.ts'

export type Entry = { gid: number; stream: string; type: string; at: number; state: string }

export type Record = {
  newest(): Promise<number>
  /** Resolves as soon as an entry after `since` marks the phase; throws after the limit. */
  reached(phase: Phase, since: number, timeoutMs: number): Promise<void>
  since(gid: number, streams: string): Promise<Entry[]>
  close(): Promise<void>
}

export type Postmaster = { pid: number; socketDir: string; port: number }

export const pgdataOf = (stage: Stage): string => join(stage.dir, 'data', 'pgdata')

export function postmasterOf(stage: Stage): Postmaster {
  const lines = readFileSync(join(pgdataOf(stage), 'postmaster.pid'), 'utf8').split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]), socketDir: lines[4] ?? '' }
}

const BETWEEN_LOOKS_MS = 1
const TRIES = 100

/** Connects anew whenever the database was away. */
export function openRecord(stage: Stage): Record {
  const password = readFileSync(join(stage.dir, 'data', 'password'), 'utf8').trim()
  let open: pg.Client | null = null
  const client = async () => {
    if (open !== null) return open
    const { socketDir, port } = postmasterOf(stage)
    const fresh = new pg.Client({
      host: socketDir,
      port,
      password,
      user: 'countersign',
      database: 'countersign',
    })
    fresh.on('error', () => {
      if (open === fresh) open = null
    })
    await fresh.connect()
    open = fresh
    return fresh
  }
  const ask = async <T extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<T[]> => {
    for (let tried = 1; ; tried++) {
      try {
        return (await (await client()).query<T>(text, values)).rows
      } catch (error) {
        open = null
        if (tried >= TRIES) throw error
        await sleep(100)
      }
    }
  }
  return {
    newest: async () =>
      Number((await ask<{ gid: string }>('select coalesce(max(gid), 0) as gid from event', []))[0]?.gid),
    async reached({ id, type, says }, since, timeoutMs) {
      const deadline = performance.now() + timeoutMs
      const text = `select 1 from event where gid > $1 and type = $2 and stream like 'proposal/%'
        and state like $3 limit 1`
      while ((await ask(text, [since, type, `%${says ?? ''}%`])).length === 0) {
        if (performance.now() > deadline) throw new Error(`no entry marked "${id}" within ${timeoutMs} ms`)
        await sleep(BETWEEN_LOOKS_MS)
      }
    },
    since: async (gid, streams) => {
      const rows = await ask<Entry>(
        'select gid, stream, type, at, state from event where gid > $1 and stream like $2 order by gid',
        [gid, streams],
      )
      return rows.map((row) => ({ ...row, gid: Number(row.gid), at: Number(row.at) }))
    },
    close: async () => {
      await open?.end().catch(() => {})
    },
  }
}
