/** Incidents: list, look, and the timeline that explains them. */
import { z } from 'zod'
import { SignedAct } from './act.ts'
import { ById, Instant, operation, Paging, page, Uuid } from './operation.ts'

export const IncidentRow = z
  .object({
    id: Uuid,
    status: z.enum(['open', 'resolved']),
    title: z.string(),
    service: z.string().nullable(),
    severity: z.enum(['info', 'minor', 'major', 'critical']),
    openedAt: Instant,
    updatedAt: Instant,
    firing: z.int(),
    waitsFor: z.string().nullable().describe('the role or machine whose move is next'),
  })
  .meta({ id: 'IncidentRow' })

/** One entry of the trail in words, by its own actor. */
export const TimelineEntry = z
  .object({
    stream: z.string(),
    seq: z.int(),
    at: Instant,
    actor: z.object({ kind: z.string(), id: z.string() }),
    type: z.string(),
    says: z.string(),
  })
  .meta({ id: 'TimelineEntry' })

export const Incident = IncidentRow.extend({
  recurrenceOf: Uuid.nullable(),
  targets: z.array(z.string()),
  proposals: z.array(
    z.object({ id: Uuid, runbook: z.string(), phase: z.string(), outcome: z.string().nullable() }),
  ),
  timeline: z.array(TimelineEntry),
  explanation: z.string().describe('one paragraph made from the entries alone'),
}).meta({ id: 'Incident' })

export const listIncidents = operation({
  id: 'listIncidents',
  method: 'GET',
  path: '/v1/incidents',
  summary: 'Incidents, newest first',
  scope: 'read',
  query: Paging.extend({ status: z.enum(['open', 'resolved']).optional() }),
  reply: page(IncidentRow),
  status: 200,
})

export const getIncident = operation({
  id: 'getIncident',
  method: 'GET',
  path: '/v1/incidents/:id',
  summary: 'One incident with its timeline and its explanation',
  scope: 'read',
  params: ById,
  reply: Incident,
  status: 200,
})

export const takeIncident = operation({
  id: 'takeIncident',
  method: 'POST',
  path: '/v1/incidents/:id/take',
  summary: 'A person takes the incident over: no repair starts by itself any more (signed act "take")',
  scope: 'act',
  params: ById,
  body: z.strictObject({ reason: z.string().min(1).max(2000), signed: SignedAct }),
  reply: z.object({ incident: Uuid, takenBy: z.string() }),
  status: 201,
  idempotent: true,
})

export const recordCause = operation({
  id: 'recordCause',
  method: 'POST',
  path: '/v1/incidents/:id/cause',
  summary: 'A person records the cause after the breaker opened (signed act "review")',
  scope: 'act',
  params: ById,
  body: z.strictObject({
    cause: z.enum(['infrastructure', 'code', 'permissions', 'policy']),
    signed: SignedAct,
  }),
  reply: z.object({ incident: Uuid, cause: z.string() }),
  status: 201,
  idempotent: true,
})
