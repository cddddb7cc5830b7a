/** Published policies and runbooks: the exact text, its digest, and the people who signed it. */
import { z } from 'zod'
import { SignedAct } from './act.ts'
import { Digest, Instant, operation } from './operation.ts'

export const Publication = z
  .object({
    what: z.enum(['policy', 'runbook']),
    id: z.string(),
    digest: Digest,
    text: z.string(),
    acts: z.array(SignedAct),
    publishedAt: Instant,
  })
  .meta({ id: 'Publication' })

export const listPublications = operation({
  id: 'listPublications',
  method: 'GET',
  path: '/v1/publications',
  summary: 'What is in force: policy and runbooks with text, digest and signatures',
  scope: 'read',
  reply: z.object({ items: z.array(Publication) }),
  status: 200,
})

export const publish = operation({
  id: 'publish',
  method: 'POST',
  path: '/v1/publications',
  summary: 'Publish a policy or runbook (signed acts "publish" over its digest)',
  scope: 'act',
  body: z.strictObject({
    what: z.enum(['policy', 'runbook']),
    id: z.string().min(1).max(100),
    text: z.string().min(1).max(500_000),
    acts: z.array(SignedAct).min(1).max(20),
  }),
  reply: Publication,
  status: 201,
  idempotent: true,
})
