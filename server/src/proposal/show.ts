/** Proposals as people and tools see them, with everything an approver's tool needs to check what it signs. */

import { missingRoles } from '../approval/handle.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../http/refusal.ts'
import { loadStream } from '../record/load.ts'
import { innermost, listProposalRows, type ProposalRow, readProposalRow } from './store.ts'
import { loadProposal, proposalStream } from './stream.ts'

export async function showProposals(
  context: Context,
  query: {
    phase?: string | undefined
    incident?: string | undefined
    waiting?: 'true' | undefined
    after?: string | undefined
    limit: number
  },
) {
  const phase = query.waiting === 'true' ? 'asking' : query.phase
  const rows = await listProposalRows(context.pool, { ...query, phase })
  const last = rows.length === query.limit ? rows.at(-1) : undefined
  return { items: rows.map(toRow), next: last === undefined ? null : `${last.created_at}~${last.id}` }
}

export async function showProposal(context: Context, id: string) {
  const row = await readProposalRow(context.pool, id)
  if (row === null) throw Refusal.notFound(`no proposal ${id}`)
  const { state } = await loadProposal(context.pool, id)
  const inner = innermost(state)
  const decided = 'decided' in inner ? inner.decided : null
  return {
    ...toRow(row),
    parameters: 'proposed' in inner ? inner.proposed.parameters : {},
    says: await readReason(context, id),
    plan: 'planned' in inner ? { digest: inner.planned.digest, signed: inner.planned.signed } : null,
    decisionFull: decided?.decision ?? null,
    facts: decided === null ? null : { ...decided.facts.values },
    evidence: 'reads' in inner ? (inner.reads.at(-1)?.items ?? []) : [],
    asking:
      state.phase !== 'asking'
        ? null
        : {
            approvers: state.asking.approvers,
            missing: missingRoles(context, state),
            signedBy: state.asking.acts.map(({ person, act }) => ({ person, role: act.role })),
            until: state.asking.until,
            planExpiresAt: state.planned.signed.plan.expiresAt,
          },
    waits: 'waits' in state ? (state.waits ?? null) : null,
    grant: 'grant' in inner ? inner.grant.grant.id : null,
    steps: 'steps' in inner ? inner.steps : [],
  }
}

/** The proposer's own words: erasable, quoted, never read by policy. */
async function readReason(context: Context, id: string): Promise<string> {
  const stream = await loadStream(context.pool, proposalStream(id), { private: true })
  const said = stream.events[0]?.private as { reason?: string } | undefined
  return said?.reason ?? '(erased)'
}

function toRow(row: ProposalRow) {
  const { id, incident, runbook, target, phase, outcome, because, decision } = row
  return {
    id,
    incident,
    runbook,
    target,
    phase,
    outcome,
    because,
    decision,
    proposer: { kind: row.proposer_kind, id: row.proposer_id },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
