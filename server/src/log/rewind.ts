/**
 * Finds out whether the database went back in time: it must hold everything that was ever published from here, or
 * an incarnation that people began from it.
 */
import { nodeCrypto } from '@countersign/crypto/node'
import { base64 } from '@countersign/trail/bytes'
import { CompactRange } from '@countersign/trail/tree'
import type pg from 'pg'
import { type Head, tell } from './head.ts'
import type { Rewind } from './status.ts'

export type LogState = { incarnation: number; epoch: number; previous: Head | null; rewound: Rewind | null }

export async function readState(tx: pg.ClientBase): Promise<LogState> {
  const { rows } = await tx.query<LogState>('select incarnation, epoch, previous, rewound from log_state')
  return rows[0] as LogState
}

type Row = { incarnation: number; size: number; root: Uint8Array; note: string; range: string }
export type Checkpointed = Head & { note: string; range: string }

/** The newest checkpoint of any incarnation: where the tree stands; null before the first. */
export async function lastCheckpoint(tx: pg.ClientBase): Promise<Checkpointed | null> {
  const { rows } = await tx.query<Row>(
    'select incarnation, size, root, note, range from checkpoint order by incarnation desc, size desc limit 1',
  )
  const [row] = rows
  return row === undefined ? null : { ...row, root: base64(row.root) }
}

/** The newest checkpoint of an incarnation; null before its first. */
export async function newestCheckpoint(
  tx: pg.ClientBase,
  incarnation: number,
): Promise<(Head & { note: string; range: string }) | null> {
  const { rows } = await tx.query<{ size: number; root: Uint8Array; note: string; range: string }>(
    'select size, root, note, range from checkpoint where incarnation = $1 order by size desc limit 1',
    [incarnation],
  )
  const [row] = rows
  return row === undefined ? null : { ...row, incarnation, root: base64(row.root) }
}

/** Null where all is well. */
export async function findRewind(
  tx: pg.ClientBase,
  published: Head,
  state: LogState,
): Promise<Rewind | null> {
  const database = await newestCheckpoint(tx, state.incarnation)
  const because = await difference(tx, published, state, database)
  if (because === null) return null
  const held = database === null ? null : headOf(database)
  const says = `the log was published up to ${tell(published)}, the database holds ${tell(held)}: ${because}`
  return { published: headOf(published), database: held, says }
}

function headOf({ incarnation, size, root }: Head): Head {
  return { incarnation, size, root }
}

async function difference(tx: pg.ClientBase, published: Head, state: LogState, database: Head | null) {
  if (state.incarnation < published.incarnation) return 'it belongs to an earlier incarnation'
  if (state.incarnation > published.incarnation) {
    const { previous } = state
    if (previous === null || previous.incarnation < published.incarnation)
      return 'its incarnation does not continue what was published'
    if (previous.incarnation > published.incarnation || previous.size > published.size) return null
    if (previous.size < published.size) return 'its incarnation began from an earlier head'
    return previous.root === published.root ? null : 'its incarnation began from another head'
  }
  if (database === null || database.size < published.size) return 'entries are missing'
  const root = await rootAt(tx, state.incarnation, published.size)
  return root === published.root ? null : 'its entries are not those that were published'
}

const BATCH = 10_000

/** The root over the first `size` leaves, taken from a checkpoint or computed; null where leaves are missing. */
export async function rootAt(tx: pg.ClientBase, incarnation: number, size: number): Promise<string | null> {
  const { rows } = await tx.query<{ root: Uint8Array }>(
    'select root from checkpoint where incarnation = $1 and size = $2',
    [incarnation, size],
  )
  if (rows[0] !== undefined) return base64(rows[0].root)
  const range = new CompactRange(nodeCrypto)
  while (range.size < size) {
    const before = range.size
    await appendLeaves(tx, range, Math.min(size - before, BATCH))
    if (range.size === before) return null
  }
  return base64(range.root())
}

/** Lets the range grow by up to `limit` leaves that the database holds beyond it. */
export async function appendLeaves(tx: pg.ClientBase, range: CompactRange, limit = BATCH): Promise<void> {
  const { rows } = await tx.query<{ idx: number; leaf_hash: Uint8Array }>(
    'select idx, leaf_hash from leaf where idx >= $1 order by idx limit $2',
    [range.size, limit],
  )
  for (const { idx, leaf_hash } of rows) {
    if (idx !== range.size) throw new Error(`expected leaf ${range.size} of the log, got ${idx}`)
    range.append(leaf_hash)
  }
}
