/** What the log says of itself: its newest signed checkpoint, and whether it is whole. */
import { originOf } from '@countersign/trail/checkpoint'
import type { Context } from '../context.ts'

type Row = { incarnation: number; size: number; note: string }

export async function logHead(context: Context) {
  const { rows } = await context.pool.query<Row>(
    'select incarnation, size, note from checkpoint order by incarnation desc, size desc limit 1',
  )
  const newest = rows[0] ?? null
  const status = context.log.status()
  const behindMs = context.log.behindMs()
  const incarnation = newest?.incarnation ?? 1
  const isBehind = behindMs > context.limits.logBehind || status.state === 'away'
  return {
    origin: originOf(context.name, incarnation),
    incarnation,
    size: newest?.size ?? 0,
    note: newest?.note ?? null,
    behindMs,
    state:
      status.state === 'rewound' ? ('rewound' as const) : isBehind ? ('behind' as const) : ('whole' as const),
    says: 'says' in status ? status.says : `${newest?.size ?? 0} entries are under a signed checkpoint`,
  }
}
