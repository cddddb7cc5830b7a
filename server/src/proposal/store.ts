/** The only SQL for proposals beside their streams. */
import type { Instant } from '@countersign/core/kernel/instant'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type pg from 'pg'
import { proposedOf } from './steering.ts'

export type ProposalRow = {
  id: string
  incident: string | null
  runbook: string
  target: string | null
  proposer_kind: string
  proposer_id: string
  phase: string
  outcome: string | null
  because: string | null
  decision: string | null
  created_at: number
  updated_at: number
}

/** Writes the read model from the folded state. */
export async function projectProposal(
  tx: pg.ClientBase,
  id: string,
  state: Proposal,
  now: Instant,
): Promise<void> {
  const proposed = proposedOf(state)
  if (proposed === null) return
  const inner = innermost(state)
  const grant = 'grant' in inner ? inner.grant.grant : null
  const plan = 'planned' in inner ? inner.planned.signed.plan : null
  await tx.query({
    name: 'project-proposal',
    text: `insert into proposal (id, incident, runbook, runbook_digest, intent, service, target, area, proposer_kind,
        proposer_id, phase, outcome, because, decision, runner, grant_id, created_at, updated_at, granted_at,
        closed_at, targets, services)
      values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22)
      on conflict (id) do update set area = excluded.area, phase = excluded.phase, outcome = excluded.outcome,
        because = excluded.because, decision = excluded.decision, runner = excluded.runner,
        grant_id = excluded.grant_id, updated_at = excluded.updated_at,
        granted_at = coalesce(proposal.granted_at, excluded.granted_at), targets = excluded.targets,
        closed_at = case when excluded.closed_at is not null
          then coalesce(proposal.closed_at, excluded.closed_at) end`,
    values: [
      id,
      proposed.incident,
      proposed.runbook.id,
      proposed.runbook.digest,
      proposed.intent,
      proposed.service,
      proposed.target,
      plan?.action.area ?? 'other',
      proposed.proposer.kind,
      proposed.proposer.id,
      state.phase,
      state.phase === 'closed' ? state.outcome : null,
      state.phase === 'closed' ? state.because : null,
      'decided' in inner ? inner.decided.decision.outcome : null,
      runnerOf(inner),
      grant?.id ?? null,
      proposed.at,
      now,
      grant?.issuedAt ?? null,
      state.phase === 'closed' ? now : null,
      plan?.scope.targets ?? 0,
      [
        ...new Set([
          ...(plan?.targets.map(({ service }) => service) ?? []),
          ...(proposed.service === null ? [] : [proposed.service]),
        ]),
      ],
    ],
  })
}

/** The last state that still carried plan and grant. */
export function innermost(state: Proposal): Exclude<Proposal, { phase: 'ending' | 'closed' }> {
  return state.phase === 'ending' || state.phase === 'closed' ? innermost(state.before) : state
}

function runnerOf(state: ReturnType<typeof innermost>): string | null {
  if ('planned' in state) return state.planned.signed.plan.runner
  return state.phase === 'planning' ? state.runner : null
}

export async function readProposalRow(db: pg.ClientBase | pg.Pool, id: string): Promise<ProposalRow | null> {
  const { rows } = await db.query<ProposalRow>(`select ${COLUMNS} from proposal where id = $1`, [id])
  return rows[0] ?? null
}

const COLUMNS = `id, incident, runbook, target, proposer_kind, proposer_id, phase, outcome, because, decision,
  created_at, updated_at`

export type ProposalFilter = {
  phase?: string | undefined
  incident?: string | undefined
  after?: string | undefined
  limit: number
}

/** Newest first; ids sort by time (UUIDv7), so the id is the key of the page. */
export async function listProposalRows(db: pg.Pool, filter: ProposalFilter): Promise<ProposalRow[]> {
  const { rows } = await db.query<ProposalRow>({
    name: 'list-proposals',
    text: `select ${COLUMNS} from proposal
      where ($1::text is null or phase = $1) and ($2::uuid is null or incident = $2)
        and ($3::bigint is null or (created_at, id) < ($3, $4::uuid))
      order by created_at desc, id desc limit $5`,
    values: [filter.phase ?? null, filter.incident ?? null, ...keyOf(filter.after), filter.limit],
  })
  return rows
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `<created_at>~<id>`, as handed out in `next`. */
export function keyOf(after: string | undefined): [number | null, string | null] {
  const [at, id] = (after ?? '').split('~')
  const isKey = /^\d{1,15}$/.test(at ?? '') && UUID.test(id ?? '')
  return isKey && at !== undefined && id !== undefined ? [Number(at), id] : [null, null]
}
