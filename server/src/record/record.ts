/**
 * Recorded or not done: moves stream heads by compare-and-set and inserts events, private payloads and pending leaves
 * in one statement, inside the caller's transaction. Heads are locked in sorted order, so appends never deadlock.
 */
import type pg from 'pg'
import { type Append, type Recorded, StreamClosed, StreamMoved } from './append.ts'
import { type SealedRow, sealAppend } from './seal.ts'

type Head = { seq: number; head: Uint8Array; closed: boolean }

/**
 * Throws StreamMoved where a stream is not at `expected` (the transaction must then be rolled back), StreamClosed
 * where it is closed. `clock` gives integer milliseconds. The result is in the order of appends and their events.
 */
export async function record(
  tx: pg.ClientBase,
  appends: readonly Append[],
  clock: () => number,
): Promise<Recorded[]> {
  check(appends)
  const heads = await lockHeads(tx, appends)
  const at = clock()
  const ordered = [...appends].sort(byStream)
  const rows = ordered.flatMap((append) => sealAppend(append, headOf(append, heads), at))
  const { rows: written } = await tx.query<{ gid: number; n: number }>(statement(ordered, rows))
  const gids = written.map(({ gid }) => gid)
  if (gids.length !== rows.length) throw await movedError(tx, ordered)
  const recorded = rows.map((row, i) => toRecorded(row, gids[i] as number))
  return appends.flatMap(({ stream }) => recorded.filter((one) => one.stream === stream))
}

/** As `record`, as a transaction of its own in one round trip. Safe because one append happens whole or not at all. */
export async function recordAlone(
  pool: pg.Pool,
  append: Append & ({ expected: 0 } | { head: Uint8Array }),
  clock: () => number,
): Promise<Recorded[]> {
  check([append])
  const rows = sealAppend(append, append.head ?? null, clock())
  const { rows: written } = await pool.query<{ gid: number }>(statement([append], rows))
  if (written.length !== rows.length) throw new StreamMoved(append.stream, append.expected, null)
  return rows.map((row, i) => toRecorded(row, written[i]?.gid as number))
}

export function check(appends: readonly Append[]): void {
  if (new Set(appends.map(({ stream }) => stream)).size !== appends.length)
    throw new TypeError('expected one append per stream, got two for the same')
  const empty = appends.find(({ events }) => events.length === 0)
  if (empty !== undefined) throw new TypeError(`expected events for stream "${empty.stream}", got none`)
}

export function byStream(a: Append, b: Append): number {
  return a.stream < b.stream ? -1 : 1
}

/** Reads the heads that the caller did not bring along, and locks them. */
async function lockHeads(tx: pg.ClientBase, appends: readonly Append[]): Promise<Map<string, Head>> {
  const wanted = appends.filter(({ expected, head }) => expected > 0 && head === undefined)
  if (wanted.length === 0) return new Map()
  const { rows } = await tx.query<{ id: string } & Head>({
    name: 'record-lock-heads',
    text: 'select id, seq, head, closed from stream where id = any($1) order by id collate "C" for update',
    values: [appends.map(({ stream }) => stream)],
  })
  const heads = new Map(rows.map((row) => [row.id, row]))
  for (const { stream, expected } of wanted) {
    const head = heads.get(stream)
    if (head?.seq !== expected) throw new StreamMoved(stream, expected, head?.seq ?? 0)
    if (head.closed) throw new StreamClosed(stream)
  }
  return heads
}

function headOf(append: Append, heads: Map<string, Head>): Uint8Array | null {
  return append.expected === 0 ? null : (append.head ?? heads.get(append.stream)?.head ?? null)
}

export function toRecorded(row: SealedRow, gid: number): Recorded {
  const { stream, seq, at, event, sealed } = row
  return { gid, stream, seq, type: event.type, at, leafHash: sealed.leafHash }
}

/** A statement that moved no head: says why, as far as the transaction still sees it. */
async function movedError(tx: pg.ClientBase, appends: readonly Append[]): Promise<Error> {
  const { rows } = await tx.query<{ id: string; prior: number; seq: number; closed: boolean }>(
    'select id, prior, seq, closed from stream where id = any($1)',
    [appends.map(({ stream }) => stream)],
  )
  for (const { stream, expected, events } of appends) {
    const now = rows.find(({ id }) => id === stream)
    const moved = now?.prior !== expected || now.seq !== expected + events.length
    if (now?.closed && moved) return new StreamClosed(stream)
    if (moved) return new StreamMoved(stream, expected, now?.seq ?? 0)
  }
  const [first] = appends
  return new StreamMoved(first?.stream ?? '', first?.expected ?? 0, null)
}

/**
 * The insert doubles as the compare-and-set: a head that exists is updated only where it stands at `prior` and is
 * open. Events are numbered (`gid`) after their heads are locked, in the order of the arrays.
 */
const APPEND = (condition: string) => `
with wanted as (
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bigint[],
    $7::boolean[], $8::boolean[], $9::bytea[]) with ordinality
    as w(id, kind, prior, seq, head, due_at, keep_due, closed, previous, ord)
), moved as (
  insert into stream as s (id, kind, prior, seq, head, due_at, closed)
  select id, kind, prior, seq, head, due_at, closed from wanted w
   where w.prior = 0 or exists (select from stream e where e.id = w.id)
   order by ord
  on conflict (id) do update set prior = excluded.prior, seq = excluded.seq, head = excluded.head,
    closed = excluded.closed,
    due_at = case when (select w.keep_due from wanted w where w.id = s.id) then s.due_at else excluded.due_at end
   where s.seq = excluded.prior and not s.closed
     and s.head = (select w.previous from wanted w where w.id = s.id)
  returning s.id
), sealed as (
  select z.*, nextval('event_gid') as gid from (select r.*
    from unnest($10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[],
      $17::text[], $18::bytea[], $19::text[], $20::bytea[], $21::text[])
      with ordinality as r(stream, seq, at, type, actor_kind, actor_id, entry, state, leaf_hash, class, salt, body, ord)
   where ${condition}
   order by r.ord) z
), stored as (
  insert into event (gid, stream, seq, at, type, actor_kind, actor_id, entry, state, leaf_hash)
  select gid, stream, seq, at, type, actor_kind, actor_id, entry, state, leaf_hash from sealed
), secret as (
  insert into private (stream, seq, class, salt, body)
  select stream, seq, class, salt, body from sealed where class is not null
), queued as (
  insert into pending (gid, leaf_hash, at) select gid, leaf_hash, at from sealed
)
select gid, stream, seq from sealed order by gid`

/** All heads move, or no event is written. */
const TOGETHER = APPEND('(select count(*) from moved) = (select count(*) from wanted)')
/** Each append stands for itself. */
const EACH = APPEND('r.stream in (select id from moved)')

/** What a stream without entries has as its head; never matches a real one. */
const NONE = new Uint8Array(32)

export function statement(
  appends: readonly Append[],
  rows: readonly SealedRow[],
  each = false,
): pg.QueryConfig {
  const last = (stream: string) => rows.findLast((row) => row.stream === stream)?.sealed.leafHash ?? NONE
  const previous = (stream: string) => {
    const first = rows.find((row) => row.stream === stream)?.sealed.entry.prev
    return Buffer.from(first ?? '', 'hex')
  }
  const heads = [
    appends.map(({ stream }) => stream),
    appends.map(({ kind }) => kind),
    appends.map(({ expected }) => expected),
    appends.map(({ expected, events }) => expected + events.length),
    appends.map(({ stream }) => last(stream)),
    appends.map(({ dueAt }) => dueAt ?? null),
    appends.map(({ dueAt }) => dueAt === undefined),
    appends.map(({ close }) => close ?? false),
    appends.map(({ stream }) => previous(stream)),
  ]
  const events = [
    rows.map(({ stream }) => stream),
    rows.map(({ seq }) => seq),
    rows.map(({ at }) => at),
    rows.map(({ event }) => event.type),
    rows.map(({ event }) => event.actor.kind),
    rows.map(({ event }) => event.actor.id),
    rows.map(({ sealed }) => sealed.text),
    rows.map(({ state }) => state),
    rows.map(({ sealed }) => sealed.leafHash),
    rows.map(({ secret }) => secret?.class ?? null),
    rows.map(({ secret }) => secret?.salt ?? null),
    rows.map(({ secret }) => secret?.body ?? null),
  ]
  const values = [...heads, ...events]
  return each
    ? { name: 'record-each', text: EACH, values }
    : { name: 'record-together', text: TOGETHER, values }
}
