/** Every failure as a problem: a refusal with its reason, a fault with what to do, a bug without its innards. */
import { type Problem, problem } from '@countersign/contract/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { DatabaseAway, isAway } from '../database/transaction.ts'
import { Refusal } from './refusal.ts'

const RETRY_AFTER_S = 2

export function answerError(context: Context, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const answer = toProblem(error)
  if (answer.code === 'BUG') context.logger.error({ err: error, request: request.id }, 'a request failed')
  if (answer.status === 503) reply.header('retry-after', String(RETRY_AFTER_S))
  return reply.code(answer.status).type('application/problem+json').send(JSON.stringify(answer))
}

function toProblem(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem
  if (error instanceof DatabaseAway || isAway(error))
    return problem('NOT_RECORDED', 'the database cannot be reached')
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode === 413) return problem('TOO_LARGE', 'the body is larger than 1 MB')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return problem('BAD_REQUEST', message ?? 'the request cannot be read')
  return problem('BUG', 'something went wrong inside; it was logged')
}
