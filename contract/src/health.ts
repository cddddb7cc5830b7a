/** Whether the control plane itself is well. Hosting does not depend on it. */
import { z } from 'zod'
import { Instant, operation } from './operation.ts'

export const getHealth = operation({
  id: 'getHealth',
  method: 'GET',
  path: '/v1/health',
  summary: 'Database, log, queue and runners in one answer; 503 when nothing can be recorded',
  scope: null,
  reply: z.object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    clock: Instant,
    log: z.string(),
    runners: z.array(
      z.object({ id: z.string(), lastSeen: Instant.nullable(), clockOffMs: z.int().nullable() }),
    ),
    findings: z.array(z.string()),
  }),
  status: 200,
})

export const watchEvents = operation({
  id: 'watchEvents',
  method: 'GET',
  path: '/v1/events',
  summary: 'Server-sent events: one per recorded entry (stream, seq, type), for live views',
  scope: 'read',
  query: z.object({ incident: z.string().optional() }),
  reply: z.string(),
  status: 200,
  stream: 'events',
})
