/** Makes a proposal: from a detector's trigger, an agent or a person. The wish is recorded before anything is read. */
import type { Digest } from '@countersign/core/kernel/digest'
import type { JsonObject } from '@countersign/core/kernel/json'
import type { Proposer } from '@countersign/core/plan/plan'
import type { ProposalEvent } from '@countersign/core/proposal/event'
import { checkParameters } from '@countersign/core/runbook/parameters'
import { digestOf } from '@countersign/crypto/digest-of'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { Refusal } from '../http/refusal.ts'
import { loadIncident } from '../incident/stream.ts'
import { appendProposal, type LoadedProposal, loadProposal } from './stream.ts'

export type Wish = {
  id: string
  incident: string | null
  runbook: string
  parameters: JsonObject
  proposer: Proposer
  reason: string
  expectedStateVersion: Digest | null
}

/** The same id again answers with what became of the first. Throws a Refusal where the wish has no sense. */
export async function propose(tx: pg.PoolClient, context: Context, wish: Wish): Promise<LoadedProposal> {
  const known = await loadProposal(tx, wish.id)
  if (known.state.phase !== 'new') return known
  const published = context.published.runbook(wish.runbook)
  if (published === null) throw Refusal.notFound(`no published runbook "${wish.runbook}"`)
  const checked = checkParameters(published.runbook, wish.parameters, context.catalogue)
  if ('problems' in checked)
    throw new Refusal('BAD_REQUEST', `the parameters do not fit runbook "${wish.runbook}"`, {
      errors: checked.problems.map(({ name, says }) => ({ path: `parameters.${name}`, message: says })),
    })
  const { parameters, service, target } = checked
  if (wish.incident !== null && wish.proposer.kind !== 'detector') await checkIncident(tx, wish.incident)
  const event: ProposalEvent = {
    type: 'proposed',
    incident: wish.incident,
    runbook: { id: published.id, digest: published.digest },
    parameters,
    intent: digestOf('countersign/intent/v1', { runbook: published.digest, parameters }),
    proposer: wish.proposer,
    expectedStateVersion: wish.expectedStateVersion,
    service,
    target,
  }
  return appendProposal(tx, context, known, [
    { event, by: wish.proposer.id, private: { class: 'incident', body: { reason: wish.reason } } },
  ])
}

/** A proposer may name an open incident; whether it stands behind the proposal is worked out from the services. */
async function checkIncident(tx: pg.PoolClient, id: string): Promise<void> {
  const { state } = await loadIncident(tx, id)
  if (state.status !== 'open') throw Refusal.notFound(`there is no open incident ${id}`)
}
