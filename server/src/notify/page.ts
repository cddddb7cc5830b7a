/** Tells people that something waits for them. The job's id says what: a proposal and why, an incident, or a hold. */
import type { Context } from '../context.ts'
import { readProposalRow } from '../proposal/store.ts'
import { type Page, tell } from './channel.ts'

export async function page(context: Context, job: string): Promise<void> {
  const message = await pageOf(context, job)
  context.logger.info({ page: message }, 'a person is called')
  await tell(context.channels, message)
}

async function pageOf(context: Context, job: string): Promise<Page> {
  const [first = '', second = ''] = job.split(' ')
  const ladder = context.published.policy()?.policy.ladder ?? []
  const role = ladder.find((rung) => rung.role === second)?.role ?? ladder[0]?.role ?? 'sre'
  const base = {
    id: job.replace(' ', '-'),
    role,
    people: context.onCall(role),
    incident: null,
    proposal: null,
  }
  if (first === 'incident')
    return {
      ...base,
      title: `incident ${second}`,
      because: 'it needs a person',
      asks: `countersign incident show ${second}`,
      incident: second,
    }
  if (first === 'hold')
    return {
      ...base,
      title: `hold ${second} is overdue`,
      because: 'its end has come; it goes on holding',
      asks: `countersign resume ${second}`,
    }
  const row = await readProposalRow(context.pool, first)
  const waits = row?.phase === 'asking'
  return {
    ...base,
    title: `${row?.runbook ?? 'a proposal'}${row?.target ? ` on ${row.target}` : ''}: ${waits ? 'asks for signatures' : (row?.outcome ?? second)}`,
    because: row?.because ?? second,
    asks: waits ? `countersign approve ${first}` : `countersign plan show ${first}`,
    incident: row?.incident ?? null,
    proposal: first,
  }
}
