/** Something keeps a grant from being given: recorded once for each reason, and told to people where they can end it. */
import type { IncidentEvent } from '@countersign/core/incident/incident'
import type pg from 'pg'
import type { Context } from '../context.ts'
import type { Grantable, Wait } from '../grant/issue.ts'
import { appendIncident, loadIncident } from '../incident/stream.ts'
import { enqueue } from '../jobs/queue.ts'
import { appendProposal, hint, type LoadedProposal } from './stream.ts'

const LOOK_AGAIN = 2_000

export async function waitForGrant(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  state: Grantable,
  { why, says }: Wait,
): Promise<void> {
  if (state.waits !== why) {
    context.logger.info({ proposal: loaded.id, why, because: says }, 'a grant waits')
    await appendProposal(tx, context, loaded, [{ event: { type: 'grant-waits', why, because: says } }])
    // What is busy comes free by itself.
    if (why !== 'busy') await callPerson(tx, context, loaded.id, state.proposed.incident, says)
  }
  await hint(tx, loaded.id, context.now() + LOOK_AGAIN)
}

async function callPerson(
  tx: pg.PoolClient,
  context: Context,
  id: string,
  incident: string | null,
  because: string,
): Promise<void> {
  await enqueue(tx, 'page', `${id} waits`)
  if (incident === null) return
  const loaded = await loadIncident(tx, incident)
  if (loaded.state.status !== 'open') return
  const role = context.published.policy()?.policy.ladder[0]?.role ?? 'sre'
  const asks = 'end what keeps the repair back, or take the incident over'
  const event: IncidentEvent = { type: 'escalated', role, because: `a repair waits: ${because}`, asks }
  await appendIncident(tx, context, loaded, [{ event }], false)
}
