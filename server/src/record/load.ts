/** Reads streams back: their events in order, as they were recorded. Private payloads only where asked for. */
import type { Json } from '@countersign/trail/canonical'
import type pg from 'pg'

export type LoadedEvent = {
  seq: number
  type: string
  at: number
  actor: { kind: string; id: string }
  state: Json
  /** Left out where not asked for, never given, or erased. */
  private?: Json
}

/** `seq` 0 and no head: there is no such stream yet. `head` may be handed to `record`. */
export type LoadedStream = {
  stream: string
  kind: string | null
  seq: number
  head?: Uint8Array
  dueAt: number | null
  closed: boolean
  minReader: number
  events: LoadedEvent[]
}

export type LoadOptions = {
  /** Also read the private payloads that are still there. */
  private?: boolean
  /** Lock the head until the transaction ends, so that nobody appends in between. */
  lock?: boolean
}

type Row = {
  id: string
  kind: string
  head: Uint8Array
  head_seq: number
  due_at: number | null
  closed: boolean
  min_reader: number
  seq: number
  type: string
  at: number
  actor_kind: string
  actor_id: string
  state: string
  body: string | null
}

export async function loadStream(
  tx: pg.ClientBase | pg.Pool,
  stream: string,
  options: LoadOptions = {},
): Promise<LoadedStream> {
  const [loaded] = await loadMany(tx, [stream], options)
  return loaded as LoadedStream
}

/** All of them, in the order asked for; one statement, so that heads and events belong together. */
export async function loadMany(
  tx: pg.ClientBase | pg.Pool,
  streams: readonly string[],
  options: LoadOptions = {},
): Promise<LoadedStream[]> {
  if (options.lock)
    await tx.query('select from stream where id = any($1) order by id collate "C" for update', [streams])
  const { rows } = await tx.query<Row>({
    name: options.private ? 'load-private' : 'load',
    text: options.private ? LOAD_PRIVATE : LOAD,
    values: [streams],
  })
  const found = new Map<string, LoadedStream>()
  for (const row of rows) {
    const stream = found.get(row.id) ?? begin(row)
    found.set(row.id, stream)
    stream.events.push(toEvent(row))
  }
  return streams.map((stream) => found.get(stream) ?? nothing(stream))
}

const COLUMNS = `s.id, s.kind, s.head, s.seq as head_seq, s.due_at, s.closed, s.min_reader,
  e.seq, e.type, e.at, e.actor_kind, e.actor_id, e.state`
const FROM = 'from stream s join event e on e.stream = s.id'
const ORDER = 'where s.id = any($1) order by s.id, e.seq'
const LOAD = `select ${COLUMNS}, null as body ${FROM} ${ORDER}`
const LOAD_PRIVATE = `select ${COLUMNS}, p.body ${FROM}
  left join private p on p.stream = e.stream and p.seq = e.seq ${ORDER}`

function begin(row: Row): LoadedStream {
  return {
    stream: row.id,
    kind: row.kind,
    seq: row.head_seq,
    head: row.head,
    dueAt: row.due_at,
    closed: row.closed,
    minReader: row.min_reader,
    events: [],
  }
}

function toEvent(row: Row): LoadedEvent {
  return {
    seq: row.seq,
    type: row.type,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id },
    state: JSON.parse(row.state) as Json,
    ...(row.body === null ? {} : { private: JSON.parse(row.body) as Json }),
  }
}

function nothing(stream: string): LoadedStream {
  return { stream, kind: null, seq: 0, dueAt: null, closed: false, minReader: 1, events: [] }
}
