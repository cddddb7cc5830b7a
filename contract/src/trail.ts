/** The trail: its head, and exports that anyone can verify offline. */
import { z } from 'zod'
import { SignedAct } from './act.ts'
import { operation, Uuid } from './operation.ts'

export const LogHead = z
  .object({
    origin: z.string(),
    incarnation: z.int(),
    size: z.int(),
    note: z.string().nullable().describe('C2SP signed note of the newest checkpoint'),
    behindMs: z.int().describe('age of the oldest entry that is recorded but not yet in the log'),
    state: z.enum(['whole', 'behind', 'rewound']),
    says: z.string(),
  })
  .meta({ id: 'LogHead' })

export const getLogHead = operation({
  id: 'getLogHead',
  method: 'GET',
  path: '/v1/log/head',
  summary: 'The newest signed checkpoint, and whether the log is whole',
  scope: 'read',
  reply: LogHead,
  status: 200,
})

export const exportTrail = operation({
  id: 'exportTrail',
  method: 'GET',
  path: '/v1/trail/export',
  summary: 'A self-contained export: everything, or one incident with inclusion proofs',
  scope: 'read',
  query: z.object({ incident: Uuid.optional() }),
  reply: z.string(),
  status: 200,
  stream: 'ndjson',
})

export const reincarnate = operation({
  id: 'reincarnate',
  method: 'POST',
  path: '/v1/log/reincarnations',
  summary:
    'Go on with a new incarnation after a rewind; commits to the lost head (two signed acts "reincarnate")',
  scope: 'act',
  body: z.strictObject({ acts: z.array(SignedAct).min(1).max(5) }),
  reply: LogHead,
  status: 201,
})
