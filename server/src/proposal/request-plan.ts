/** Asks the runner that owns the target for a signed plan. */
import type { PlanRequest } from '@countersign/core/runner/protocol'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { refreshPublications } from '../publication/handle.ts'
import { handOut } from '../runner/tasks.ts'
import { uuid } from '../uuid.ts'
import { closeProposal } from './close.ts'
import { appendProposal, type LoadedProposal } from './stream.ts'

export async function requestPlan(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
): Promise<LoadedProposal> {
  const { id, state } = loaded
  if (state.phase !== 'plannable') return loaded
  const { proposed } = state
  await refreshPublications(context, tx)
  const runbook = context.published.runbook(proposed.runbook.id, proposed.runbook.digest)
  const policy = context.published.policy()
  const runner = context.trust.current().body.runners[0]?.id
  if (runbook === null || policy === null || runner === undefined) {
    const because =
      runbook === null ? 'its runbook is not in force' : 'there is no policy or no runner to plan with'
    return closeProposal(tx, context, loaded, 'escalated', because)
  }
  const [plan, task] = [uuid(context.now()), uuid(context.now())]
  const request: PlanRequest = {
    plan,
    proposal: id,
    proposer: proposed.proposer,
    intent: proposed.intent,
    runbook: { id: runbook.id, digest: runbook.digest, text: runbook.text, acts: runbook.acts },
    parameters: proposed.parameters,
    policy: policy.digest,
    floors: Object.fromEntries(context.catalogue.services.map(({ id, floor }) => [id, floor])),
    validFor: runbook.runbook.planFor,
    expectedStateVersion: proposed.expectedStateVersion,
  }
  const appended = await appendProposal(tx, context, loaded, [
    { event: { type: 'plan-requested', plan, task, runner } },
  ])
  await handOut(tx, context, runner, id, { type: 'plan', id: task, request })
  return appended
}
