/**
 * Records many independent appends at once: what arrives while a commit is under way shares the next one. Each append
 * is still whole or nothing, wins or loses by itself, and is acknowledged only after its commit.
 */
import type pg from 'pg'
import { reach } from '../database/transaction.ts'
import { type Append, type Recorded, StreamMoved } from './append.ts'
import { byStream, check, statement, toRecorded } from './record.ts'
import { type SealedRow, sealAppend } from './seal.ts'

/** An append that needs no look at the database first: a new stream, or with the head as it was loaded. */
export type Ready = Append & ({ expected: 0 } | { head: Uint8Array })

export type Recorder = {
  /** Rejects with StreamMoved (also where the stream is closed), or DatabaseAway. */
  record(append: Ready): Promise<Recorded[]>
}

type Waiting = { append: Ready; resolve(recorded: Recorded[]): void; reject(error: unknown): void }

const MAX_BATCH = 256
const MAX_IN_FLIGHT = 2

export function createRecorder(pool: pg.Pool, clock: () => number): Recorder {
  const waiting: Waiting[] = []
  const busy = new Set<string>()
  let inFlight = 0
  const flush = () => {
    while (inFlight < MAX_IN_FLIGHT) {
      const batch = take(waiting, busy)
      if (batch.length === 0) return
      inFlight++
      for (const { append } of batch) busy.add(append.stream)
      void write(pool, clock, batch).finally(() => {
        inFlight--
        for (const { append } of batch) busy.delete(append.stream)
        flush()
      })
    }
  }
  return {
    record(append) {
      return new Promise((resolve, reject) => {
        waiting.push({ append, resolve, reject })
        // The callers of one turn of the event loop share a statement.
        if (waiting.length === 1) setImmediate(flush)
      })
    },
  }
}

/** The next batch: one append per stream, in order of arrival, none of a stream whose last one is under way. */
function take(waiting: Waiting[], busy: ReadonlySet<string>): Waiting[] {
  const streams = new Set(busy)
  const batch: Waiting[] = []
  const rest: Waiting[] = []
  for (const one of waiting) {
    if (batch.length < MAX_BATCH && !streams.has(one.append.stream)) batch.push(one)
    else rest.push(one)
    streams.add(one.append.stream)
  }
  waiting.splice(0, waiting.length, ...rest)
  return batch
}

async function write(pool: pg.Pool, clock: () => number, batch: Waiting[]): Promise<void> {
  const at = clock()
  const sealed = new Map<Waiting, SealedRow[]>()
  for (const one of batch) {
    try {
      check([one.append])
      sealed.set(one, sealAppend(one.append, one.append.head ?? null, at))
    } catch (error) {
      one.reject(error)
    }
  }
  const good = [...sealed.keys()].sort((a, b) => byStream(a.append, b.append))
  if (good.length === 0) return
  const rows = good.flatMap((one) => sealed.get(one) ?? [])
  try {
    const appends = good.map(({ append }) => append)
    const { rows: written } = await reach(() =>
      pool.query<{ gid: number; stream: string; seq: number }>(statement(appends, rows, true)),
    )
    const gids = new Map(written.map(({ gid, stream, seq }) => [`${seq} ${stream}`, gid]))
    for (const one of good) settle(one, sealed.get(one) ?? [], gids)
  } catch (error) {
    for (const one of good) one.reject(error)
  }
}

function settle(one: Waiting, rows: SealedRow[], gids: Map<string, number>): void {
  const recorded: Recorded[] = []
  for (const row of rows) {
    const gid = gids.get(`${row.seq} ${row.stream}`)
    if (gid !== undefined) recorded.push(toRecorded(row, gid))
  }
  if (recorded.length === rows.length) one.resolve(recorded)
  else one.reject(new StreamMoved(one.append.stream, one.append.expected, null))
}
