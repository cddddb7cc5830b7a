/**
 * Begins a new incarnation of a log whose database went back in time. Its first entry commits to the head that was
 * published before, so that what is missing stays provable. Who may do so is checked by the caller.
 */

import type { Json } from '@countersign/trail/canonical'
import { originOf } from '@countersign/trail/checkpoint'
import type pg from 'pg'
import type { Recorded } from '../record/append.ts'
import { loadStream } from '../record/load.ts'
import { record } from '../record/record.ts'
import type { Head } from './head.ts'
import type { LogState } from './rewind.ts'

export type ReincarnateAct = {
  /** Name of the log, as in its origin. */
  site: string
  actor: { kind: string; id: string }
  /** The published head that is left behind; it must be the one that the log names. */
  previous: Head
  /** The signed acts, kept with the entry. */
  acts: Json
}

/** Throws where the log is not rewound, or from another head than the act says. */
export async function reincarnate(
  tx: pg.ClientBase,
  act: ReincarnateAct,
  clock: () => number,
): Promise<{ incarnation: number; recorded: Recorded }> {
  const { rows } = await tx.query<LogState>(
    'select incarnation, epoch, previous, rewound from log_state for update',
  )
  const rewound = rows[0]?.rewound ?? null
  if (rewound === null) throw new Error('the log is not rewound: there is nothing to reincarnate')
  const { published, database } = rewound
  const { previous } = act
  if (
    previous.incarnation !== published.incarnation ||
    previous.size !== published.size ||
    previous.root !== published.root
  )
    throw new Error(
      `expected the published head ${published.incarnation}/${published.size}, got ${previous.incarnation}/${previous.size}`,
    )
  const incarnation = Math.max(rows[0]?.incarnation ?? 0, published.incarnation) + 1
  const { seq } = await loadStream(tx, 'log', { lock: true })
  const { root, size } = published
  const state: Json = {
    incarnation,
    previous: {
      incarnation: published.incarnation,
      origin: originOf(act.site, published.incarnation),
      root,
      size,
    },
    database: database && { ...database },
    acts: act.acts,
  }
  const events = [{ type: 'log-reincarnated', actor: act.actor, state }]
  const [recorded] = await record(tx, [{ stream: 'log', kind: 'log', expected: seq, events }], clock)
  if (recorded === undefined) throw new Error('the reincarnation was not recorded')
  await tx.query(
    `with first as (delete from pending where gid = $2 returning gid, leaf_hash)
     insert into leaf (incarnation, idx, gid, leaf_hash)
     select $1, (select coalesce(max(idx) + 1, 0) from leaf), gid, leaf_hash from first`,
    [incarnation, recorded.gid],
  )
  await tx.query('update log_state set incarnation = $1, previous = $2, rewound = null, epoch = epoch + 1', [
    incarnation,
    JSON.stringify(published),
  ])
  return { incarnation, recorded }
}
