/** Holds: stop new acts everywhere, in an area, for a service or a runbook. The end of a hold pages; it never lifts. */
import { z } from 'zod'
import { SignedAct } from './act.ts'
import { ById, Instant, operation, Uuid } from './operation.ts'

export const HoldScope = z.union([
  z.strictObject({ kind: z.literal('everything') }),
  z.strictObject({ kind: z.enum(['area', 'service', 'runbook']), id: z.string().min(1).max(100) }),
])

export const Hold = z
  .object({
    id: Uuid,
    scope: HoldScope,
    reason: z.string(),
    person: z.string(),
    since: Instant,
    until: Instant,
    overdue: z.boolean(),
  })
  .meta({ id: 'Hold' })

export const listHolds = operation({
  id: 'listHolds',
  method: 'GET',
  path: '/v1/holds',
  summary: 'Holds in force',
  scope: 'read',
  reply: z.object({ items: z.array(Hold) }),
  status: 200,
})

export const setHold = operation({
  id: 'setHold',
  method: 'POST',
  path: '/v1/holds',
  summary: 'Hold new acts and stop running ones between two steps (signed act "hold")',
  scope: 'act',
  body: z.strictObject({
    scope: HoldScope,
    reason: z.string().min(1).max(2000),
    until: Instant,
    signed: SignedAct,
  }),
  reply: Hold,
  status: 201,
  idempotent: true,
})

export const resumeHold = operation({
  id: 'resumeHold',
  method: 'POST',
  path: '/v1/holds/:id/resume',
  summary: 'Lift a hold (signed act "resume")',
  scope: 'act',
  params: ById,
  body: z.strictObject({ signed: SignedAct }),
  reply: z.object({ id: Uuid }),
  status: 201,
  idempotent: true,
})
