/** An operation of the HTTP API as data. Routes, typed client, OpenAPI and command line are all made from it. */
import type { Digest as CoreDigest } from '@countersign/core/kernel/digest'
import { z } from 'zod'

/** What a token may do. Tokens hold the fewest; a person's decisions are never a token's but a signed act. */
export const Scope = z.enum(['read', 'signal', 'propose', 'act', 'run'])
export type Scope = z.infer<typeof Scope>

export type Operation = {
  id: string
  method: 'GET' | 'POST'
  path: string
  summary: string
  /** The scope a bearer token needs; null: open to anyone who reaches the port. */
  scope: Scope | null
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  reply: z.ZodType
  status: 200 | 201 | 202
  /** `stream`: newline-delimited text or server-sent events instead of one JSON value. */
  stream?: 'ndjson' | 'events'
  /** A write that does the same thing when sent again with the same `Idempotency-Key`. */
  idempotent?: boolean
}

/** Keeps the literal types of an operation for the client made from it. */
export function operation<const T extends Operation>(spec: T): T {
  return spec
}

/** Milliseconds since 1970, UTC. */
export const Instant = z.int().nonnegative()
/** Typed as core's digest, so that what was checked here needs no second look. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/) as unknown as z.ZodType<
  CoreDigest,
  CoreDigest
>
export const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
export const ById = z.object({ id: Uuid })
export const Paging = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'expected a key as given in `next`')
    .optional()
    .describe('continue behind this key, as given in `next`'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}
