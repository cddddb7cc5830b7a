/** Reads tokens.yaml: who may call the API, by the SHA-256 of each token; the tokens themselves stand nowhere. */
import type { Instant } from '@countersign/core/kernel/instant'
import { z } from 'zod'
import { openSource } from '../reading/document.ts'
import { byPlace, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { twice } from '../reading/twice.ts'

const SCOPES = ['read', 'signal', 'propose', 'act', 'run'] as const
const KINDS = ['person', 'agent', 'source', 'runner'] as const

export const tokensShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  tokens: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(100).describe('A name for the token, to revoke it by'),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'write the SHA-256 of the token in hex')
          .describe('SHA-256 of the token in hex; the token itself is shown once, when it is made'),
        subject: z
          .strictObject({
            kind: z.enum(KINDS).describe('What holds the token'),
            id: z.string().min(1).max(100).describe('Who holds it, as the trail names them'),
          })
          .describe('Whose token it is'),
        scopes: z.array(z.enum(SCOPES)).min(1).describe('What it may do; no scope approves anything'),
        expiresAt: z.iso.datetime().describe('When it stops counting, in UTC: 2027-01-31T00:00:00Z'),
      }),
    )
    .describe('The tokens that count'),
})

export type Token = {
  id: string
  sha256: string
  subject: { kind: (typeof KINDS)[number]; id: string }
  scopes: (typeof SCOPES)[number][]
  expiresAt: Instant
}

export function readTokens(file: string, text: string): Read<Token[]> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const shaped = checkShape(opened.source, tokensShape)
  if ('problems' in shaped) return { problems: shaped.problems.sort(byPlace) }
  const { tokens } = shaped.value
  const problems = twice(
    opened.source,
    'token',
    tokens.map(({ id }) => id),
    (index) => ['tokens', index, 'id'],
  )
  if (problems.length > 0) return { problems: problems.sort(byPlace) }
  return { value: tokens.map((token) => ({ ...token, expiresAt: Date.parse(token.expiresAt) })) }
}
