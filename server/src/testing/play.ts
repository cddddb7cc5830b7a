/** What happens at the test site: alerts, proposals, jobs that run, people who answer. Bounded, and by states. */
import type { Proposal } from '@countersign/core/proposal/proposal'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { advanceIncident } from '../incident/advance.ts'
import { loadIncident } from '../incident/stream.ts'
import { page } from '../notify/page.ts'
import { advanceProposal } from '../proposal/advance.ts'
import { propose } from '../proposal/make.ts'
import { innermost } from '../proposal/store.ts'
import { loadProposal } from '../proposal/stream.ts'
import { uuid } from '../uuid.ts'
import type { Reply, TestSite } from './site.ts'
import type { Manner, TestRunner } from './test-runner.ts'
import type { TokenName } from './tokens.ts'

const MOST_ROUNDS = 20

export type Alert = {
  alertname?: string
  host?: string
  fingerprint?: string
  status?: 'firing' | 'resolved'
  startsAt?: number
  labels?: Record<string, string>
}
export type SignalReply = {
  receipts: { receipt: string; fingerprint: string; disposition: string; incident: string; because: string }[]
}

export function webhookOf(site: TestSite, alerts: Alert[]) {
  return {
    version: '4',
    groupKey: '{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'countersign',
    alerts: alerts.map(({ alertname = 'Down', host = '', status = 'firing', ...rest }) => ({
      status,
      labels: { alertname, host, severity: 'warning', ...rest.labels },
      annotations: { summary: 'it is down' },
      startsAt: new Date(rest.startsAt ?? site.context.now()).toISOString(),
      fingerprint: rest.fingerprint ?? `${alertname} ${host}`,
    })),
  }
}

/** Sends one webhook and expects it to be taken. */
export async function alert(site: TestSite, alerts: Alert[], token: TokenName = 'monitor') {
  const reply = await site.call('POST', '/v1/signals/alertmanager', { token, body: webhookOf(site, alerts) })
  if (reply.status !== 202) throw new Error(`the webhook was not taken: ${reply.text}`)
  return (reply.body as unknown as SignalReply).receipts
}

/** Runs what is due, as the worker would, until nothing moves any more. */
export async function work(site: TestSite, context: Context = site.context): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) if (!(await workOnce(site, context))) return
}

async function workOnce(site: TestSite, context: Context): Promise<boolean> {
  const { pool } = site.database
  const before = await moved(site)
  const { rows } = await pool.query<{ id: string; kind: string }>(
    'select id, kind from stream where due_at <= $1 and not closed order by id',
    [context.now()],
  )
  for (const { id, kind } of rows) {
    const bare = id.slice(id.indexOf('/') + 1)
    if (kind === 'proposal') await advanceProposal(context, bare)
    if (kind === 'incident') await advanceIncident(context, bare)
  }
  return (await moved(site)) !== before
}

async function moved({ database }: TestSite): Promise<number> {
  const { rows } = await database.pool.query<{ sum: number }>('select count(*) as sum from event')
  return Number(rows[0]?.sum)
}

/** Sends the pages that wait, and answers with them. */
export async function sendPages(site: TestSite): Promise<string[]> {
  const { rows } = await site.database.pool.query<{ id: string }>(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
      where t.id = j.task_id and t.identifier = 'page' returning j.payload->>'id' as id`,
  )
  for (const { id } of rows) await page(site.context, id)
  return rows.map(({ id }) => id)
}

export async function stateOf(site: TestSite, id: string): Promise<Proposal> {
  return (await loadProposal(site.database.pool, id)).state
}

export async function incidentOf(site: TestSite, id: string) {
  return (await loadIncident(site.database.pool, id)).state
}

/** The types of all entries of a proposal or incident, in order. */
export async function entriesOf(site: TestSite, stream: string): Promise<string[]> {
  const { rows } = await site.database.pool.query<{ type: string }>(
    'select type from event where stream = $1 order by seq',
    [stream],
  )
  return rows.map(({ type }) => type)
}

/** A detector's proposal for a target, unless told otherwise. */
export async function proposeFor(
  site: TestSite,
  target: string,
  by: { kind: 'detector' | 'agent' | 'person'; id: string } = { kind: 'detector', id: 'test' },
  runbook = 'restart',
): Promise<string> {
  const id = uuid(site.context.now())
  await inTransaction(site.database.pool, (tx) =>
    propose(tx, site.context, {
      id,
      incident: null,
      runbook,
      parameters: { target },
      proposer: by,
      reason: 'a test',
      expectedStateVersion: null,
    }),
  )
  return id
}

/** Server and runner take turns until the proposal is in one of the phases; throws where it never gets there. */
export async function until(
  site: TestSite,
  runner: TestRunner,
  id: string,
  phases: Proposal['phase'][],
  manner: Manner = {},
): Promise<Proposal> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await work(site)
    const state = await stateOf(site, id)
    if (phases.includes(state.phase)) return state
    if (state.phase === 'watching') site.tick(1_000)
    await runner.work(manner)
  }
  throw new Error(`expected proposal ${id} in ${phases}, it is in ${(await stateOf(site, id)).phase}`)
}

export function planDigest(state: Proposal) {
  const inner = innermost(state)
  if (!('planned' in inner)) throw new Error(`no plan in "${state.phase}"`)
  return inner.planned.digest
}

export async function approve(site: TestSite, id: string, by: string, role?: string): Promise<Reply> {
  const digest = planDigest(await stateOf(site, id))
  const signed = site.sign(by, 'approve', digest, role === undefined ? {} : { role })
  return site.call('POST', `/v1/proposals/${id}/approvals`, { body: { signed } })
}

/** How a proposal ended. */
export function endOf(state: Proposal): { outcome: string; because: string } {
  if (state.phase !== 'closed') throw new Error(`expected a closed proposal, it is in "${state.phase}"`)
  return { outcome: state.outcome, because: state.because }
}
