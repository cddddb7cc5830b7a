/** The server's word to a runner: its clock, and which running acts must stop between two steps. */
import { covering } from '@countersign/core/hold/hold'
import type { ServerWord } from '@countersign/core/runner/protocol'
import type { Context } from '../context.ts'
import { listHoldRows } from '../hold/store.ts'

type Running = {
  grant_id: string
  stop: 'abort' | 'reverse' | null
  area: string
  services: string[]
  runbook: string
}

export async function wordFor(context: Context, runner: string): Promise<ServerWord> {
  const { rows } = await context.pool.query<Running>({
    name: 'runner-word',
    text: `select grant_id, stop, area, services, runbook from proposal
      where runner = $1 and grant_id is not null and phase in ('granted', 'executing', 'undoing')`,
    values: [runner],
  })
  const holds = rows.length === 0 ? [] : await listHoldRows(context.pool)
  const stop = rows.flatMap<ServerWord['stop'][number]>(({ grant_id, stop, area, services, runbook }) => {
    if (stop !== null) return [{ grant: grant_id, how: stop }]
    return covering(holds, { area, services, runbook }).length > 0 ? [{ grant: grant_id, how: 'hold' }] : []
  })
  return { clock: context.now(), stop }
}
