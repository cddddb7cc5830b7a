/** Asks people for their signatures, and tells them. */
import { strictness } from '@countersign/core/proposal/asking'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { enqueue } from '../jobs/queue.ts'
import { runbookOf } from './steering.ts'
import { appendProposal, type LoadedProposal } from './stream.ts'

const FIRST_RUNG = 600_000

export async function openApproval(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
): Promise<LoadedProposal> {
  const { id, state } = loaded
  if (state.phase !== 'cleared') return loaded
  const { decision } = state.decided
  const ladder = context.published.policy()?.policy.ladder ?? []
  const { id: runbook, digest } = state.proposed.runbook
  const authors =
    runbookOf(state, context) === null ? [] : (context.published.runbook(runbook, digest)?.authors ?? [])
  const asked = [
    ...new Set([...decision.approvers.map(({ role }) => role), ...(ladder[0] ? [ladder[0].role] : [])]),
  ]
  const appended = await appendProposal(tx, context, loaded, [
    {
      event: {
        type: 'approval-opened',
        approvers: decision.approvers,
        asked,
        authors,
        rung: 0,
        until: Math.min(
          context.now() + (ladder[0]?.after ?? FIRST_RUNG),
          state.planned.signed.plan.expiresAt,
        ),
      },
    },
  ])
  await enqueue(tx, 'page', `${id} ${strictness(decision, state.planned.signed.plan)}`)
  return appended
}
