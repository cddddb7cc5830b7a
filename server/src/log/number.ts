/**
 * Gives recorded entries their place in the log: dense numbers in gid order, leaves, and a signed checkpoint, in one
 * commit. Entries are taken from `pending`, never by a highest number seen: one that commits late is not lost.
 */
import { nodeCrypto } from '@countersign/crypto/node'
import { base64 } from '@countersign/trail/bytes'
import { originOf, signCheckpoint } from '@countersign/trail/checkpoint'
import type { Sign } from '@countersign/trail/crypto'
import { CompactRange } from '@countersign/trail/tree'
import type pg from 'pg'
import type { PublishedHead } from './head.ts'
import { appendLeaves, lastCheckpoint, newestCheckpoint } from './rewind.ts'

export type LogKey = { publicKey: Uint8Array; sign: Sign }
/** Held by whoever numbers. Lost as soon as another has a newer epoch, or people changed the incarnation. */
export type Lead = { incarnation: number; epoch: number; range: CompactRange }

/** Another took over, or the log was found rewound: stop numbering, look again. */
export class LeadLost extends Error {
  override name = 'LeadLost'
}

/** Entries per commit. */
export const BATCH = 5_000

/** The tree as far as the database has numbered it; `behind`: leaves stand that no checkpoint covers yet. */
export async function loadTree(tx: pg.ClientBase, incarnation: number) {
  const newest = await newestCheckpoint(tx, incarnation)
  const last = newest ?? (await lastCheckpoint(tx))
  const range =
    last === null ? new CompactRange(nodeCrypto) : CompactRange.restore(nodeCrypto, JSON.parse(last.range))
  const covered = range.size
  for (let before = -1; before !== range.size; ) {
    before = range.size
    await appendLeaves(tx, range)
  }
  return { newest, range, behind: range.size > covered }
}

const NUMBER = `
with taken as (
  delete from pending where gid in (select gid from pending order by gid limit ${BATCH}) returning gid, leaf_hash
), numbered as (
  select gid, leaf_hash, row_number() over (order by gid) - 1 + $2::bigint as idx from taken
), stored as (
  insert into leaf (incarnation, idx, gid, leaf_hash) select $1, idx, gid, leaf_hash from numbered
)
select leaf_hash from numbered order by idx`

/** When the entry that waits longest was recorded; null where none waits. Throws LeadLost. */
export async function oldestWaiting(session: pg.ClientBase, lead: Lead): Promise<number | null> {
  const { rows } = await session.query<Fence & { oldest: number | null }>({
    name: 'log-waiting',
    text: 'select (select at from pending order by gid limit 1) as oldest, epoch, incarnation, rewound from log_state',
  })
  demand(lead, rows[0])
  return rows[0]?.oldest ?? null
}

type Fence = { epoch: number; incarnation: number; rewound: unknown }

function demand(lead: Lead, now: Fence | undefined): void {
  if (now?.epoch === lead.epoch && now.incarnation === lead.incarnation && now.rewound === null) return
  throw new LeadLost(
    `expected epoch ${lead.epoch} of incarnation ${lead.incarnation}, got ${now?.epoch} of ${now?.incarnation}`,
  )
}

/**
 * One commit; the caller publishes what it returns, and only then. Throws LeadLost where the
 * epoch is not ours any more; the row lock keeps it ours until the commit is through.
 */
export async function number(
  session: pg.ClientBase,
  lead: Lead,
  log: { site: string; key: LogKey },
  at: number,
): Promise<PublishedHead> {
  const { incarnation, range } = lead
  const [, fence] = await Promise.all([
    session.query('begin'),
    session.query<Fence>('select epoch, incarnation, rewound from log_state for update'),
  ])
  demand(lead, fence.rows[0])
  const { rows } = await session.query<{ leaf_hash: Uint8Array }>({
    name: 'log-number',
    text: NUMBER,
    values: [incarnation, range.size],
  })
  const next = CompactRange.restore(nodeCrypto, range.save())
  for (const { leaf_hash } of rows) next.append(leaf_hash)
  const root = next.root()
  const checkpoint = { origin: originOf(log.site, incarnation), size: next.size, root }
  const note = signCheckpoint(nodeCrypto, checkpoint, log.key)
  const [, { command }] = await Promise.all([
    session.query(
      'insert into checkpoint (incarnation, size, root, note, range, at) values ($1, $2, $3, $4, $5, $6)',
      [incarnation, next.size, root, note, JSON.stringify(next.save()), at],
    ),
    session.query('commit'),
  ])
  if (command !== 'COMMIT') throw new Error('the log was not numbered: its transaction was undone')
  lead.range = next
  return { incarnation, size: next.size, root: base64(root), note }
}
