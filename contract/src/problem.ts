/** The catalogue of problems: every refusal and fault that the API answers, as RFC 9457 problem details. */
import { z } from 'zod'

type Entry = { status: number; title: string; hint: string }

export const PROBLEMS = {
  BAD_REQUEST: {
    status: 400,
    title: 'the request does not have the form asked for',
    hint: 'see `errors`, and /openapi.json',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'no valid token',
    hint: 'send `authorization: Bearer <token>`; tokens are made by `countersign token add`',
  },
  FORBIDDEN: {
    status: 403,
    title: 'the token may not do this',
    hint: 'ask for a token with the scope named',
  },
  NOT_FOUND: {
    status: 404,
    title: 'no such thing here',
    hint: 'check the id; ids of another site are unknown here',
  },
  CONFLICT: {
    status: 409,
    title: 'it is no longer in a state for this',
    hint: 'look at it again, then decide',
  },
  KEY_REUSED: {
    status: 409,
    title: 'the idempotency key was used for another request',
    hint: 'use a new key for a new request',
  },
  TOO_LARGE: { status: 413, title: 'the body is over 1 MB', hint: 'send fewer alerts at once' },
  REFUSED: { status: 422, title: 'refused, and recorded', hint: 'see `says`' },
  NOT_RECORDED: {
    status: 503,
    title: 'it cannot be recorded now, so it was not done',
    hint: 'the database is away; send it again later, with the same idempotency key',
  },
  BUG: {
    status: 500,
    title: 'a fault of Countersign itself',
    hint: 'nothing was recorded for this request; the server log has the details',
  },
} as const satisfies Record<string, Entry>
export type ProblemCode = keyof typeof PROBLEMS

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().describe('what happened, with both values'),
    hint: z.string().describe('what to do next'),
    says: z.string().optional().describe('the rule that refused it'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** The body of a problem reply (`application/problem+json`). */
export function problem(
  code: ProblemCode,
  detail: string,
  more: Partial<Pick<Problem, 'says' | 'errors' | 'hint'>> = {},
): Problem {
  const { status, title, hint } = PROBLEMS[code]
  return { type: `urn:countersign:problem:${code.toLowerCase()}`, title, status, code, detail, hint, ...more }
}
