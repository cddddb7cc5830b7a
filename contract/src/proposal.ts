/** Proposals: made by agents and people, seen with plan and decision, answered with signed acts, interrupted any time. */
import { z } from 'zod'
import { SignedAct } from './act.ts'
import { ById, Digest, Instant, operation, Paging, page, Uuid } from './operation.ts'

export const Parameters = z.record(
  z.string().max(100),
  z.union([z.string().max(2000), z.int(), z.array(z.string().max(2000)).max(100)]),
)

export const ProposalRow = z
  .object({
    id: Uuid,
    incident: Uuid.nullable(),
    runbook: z.string(),
    target: z.string().nullable(),
    proposer: z.object({ kind: z.string(), id: z.string() }),
    phase: z.string(),
    outcome: z.string().nullable(),
    because: z.string().nullable(),
    decision: z.string().nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'ProposalRow' })

const Asked = z.object({ role: z.string(), count: z.int() })

/** Everything an approver's tool needs to check what it signs, without trusting the server. */
export const Proposal = ProposalRow.extend({
  parameters: z.record(z.string(), z.unknown()),
  says: z.string(),
  plan: z.object({ digest: Digest, signed: z.unknown() }).nullable(),
  decisionFull: z.unknown().nullable(),
  facts: z.record(z.string(), z.unknown()).nullable(),
  evidence: z.array(z.unknown()),
  asking: z
    .object({
      approvers: z.array(Asked),
      missing: z.array(Asked),
      signedBy: z.array(z.object({ person: z.string(), role: z.string() })),
      until: Instant,
      planExpiresAt: Instant,
    })
    .nullable(),
  waits: z.string().nullable().describe('why it does not run yet although it could'),
  grant: Uuid.nullable().describe('what an abort, reverse or take is about once there is one'),
  steps: z.array(z.unknown()),
}).meta({ id: 'Proposal' })

export const makeProposal = operation({
  id: 'makeProposal',
  method: 'POST',
  path: '/v1/proposals',
  summary: 'Propose a published runbook with parameters; policy decides, people countersign what is risky',
  scope: 'propose',
  body: z.strictObject({
    runbook: z.string().min(1).max(100),
    parameters: Parameters,
    reason: z.string().max(4000).describe('shown to people as quoted text; never read by policy'),
    incident: Uuid.optional(),
    expectedStateVersion: Digest.optional().describe(
      'the state the proposer saw; if it moved, nothing is planned',
    ),
  }),
  reply: z.object({ proposal: Uuid, intent: Digest, phase: z.string() }),
  status: 202,
  idempotent: true,
})

export const listProposals = operation({
  id: 'listProposals',
  method: 'GET',
  path: '/v1/proposals',
  summary: 'Proposals, newest first',
  scope: 'read',
  query: Paging.extend({
    phase: z.string().max(40).optional(),
    incident: Uuid.optional(),
    waiting: z.enum(['true']).optional().describe('only those that wait for a signature'),
  }),
  reply: page(ProposalRow),
  status: 200,
})

export const getProposal = operation({
  id: 'getProposal',
  method: 'GET',
  path: '/v1/proposals/:id',
  summary: 'One proposal with plan, decision, evidence and signatures',
  scope: 'read',
  params: ById,
  reply: Proposal,
  status: 200,
})

const Answered = z.object({ proposal: Uuid, phase: z.string(), missing: z.array(Asked) })

export const approveProposal = operation({
  id: 'approveProposal',
  method: 'POST',
  path: '/v1/proposals/:id/approvals',
  summary: 'Countersign the exact plan (signed act "approve" over its digest)',
  scope: 'act',
  params: ById,
  body: z.strictObject({ signed: SignedAct }),
  reply: Answered,
  status: 201,
  idempotent: true,
})

export const denyProposal = operation({
  id: 'denyProposal',
  method: 'POST',
  path: '/v1/proposals/:id/denials',
  summary: 'Say no, with a reason (signed act "deny")',
  scope: 'act',
  params: ById,
  body: z.strictObject({ reason: z.string().min(1).max(2000), signed: SignedAct }),
  reply: Answered,
  status: 201,
  idempotent: true,
})

export const interruptProposal = operation({
  id: 'interruptProposal',
  method: 'POST',
  path: '/v1/proposals/:id/interrupts',
  summary: 'Step in between two steps: abort, reverse or take over (signed act of that name)',
  scope: 'act',
  params: ById,
  body: z.strictObject({
    how: z.enum(['abort', 'reverse', 'take']),
    reason: z.string().min(1).max(2000),
    signed: SignedAct,
  }),
  reply: z.object({ proposal: Uuid, phase: z.string() }),
  status: 201,
  idempotent: true,
})
