/** Contract to Fastify: every operation is a route, every failure an RFC 9457 problem, every write recorded or not done. */
import { randomUUID } from 'node:crypto'
import { openapi } from '@countersign/contract/openapi'
import type { Operation } from '@countersign/contract/operation'
import { OPERATIONS, type OperationId } from '@countersign/contract/operations'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { answerError } from './errors.ts'
import { once } from './idempotency.ts'
import { Refusal } from './refusal.ts'
import { unstorablePath } from './storable.ts'
import type { Caller, TokenCheck } from './tokens.ts'

const BODY_LIMIT = 1024 * 1024

export type Call<Id extends OperationId = OperationId> = {
  context: Context
  caller: Caller
  params: In<Id, 'params'>
  query: In<Id, 'query'>
  body: In<Id, 'body'>
  idempotencyKey: string | null
  signal: AbortSignal
  reply: FastifyReply
}
type In<Id extends OperationId, Part extends string> = Part extends keyof (typeof OPERATIONS)[Id]
  ? (typeof OPERATIONS)[Id][Part] extends z.ZodType
    ? z.output<(typeof OPERATIONS)[Id][Part]>
    : unknown
  : unknown

/** Streams write to `reply` themselves and answer undefined. */
export type Handlers = {
  [Id in OperationId]: (call: Call<Id>) => Promise<z.input<(typeof OPERATIONS)[Id]['reply']> | undefined>
}

const NOBODY: Caller = { kind: 'source', id: 'anyone', scopes: [] }

export function createApp(context: Context, handlers: Handlers, tokens: TokenCheck): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    logger: false,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    requestTimeout: 60_000,
  })
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    answerError(
      context,
      Refusal.notFound(`no ${request.method} ${request.url.slice(0, 200)} here`),
      request,
      reply,
    ),
  )
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('cache-control', 'no-store')
  })
  const document = openapi(context.version)
  app.get('/openapi.json', () => document)
  for (const spec of Object.values<Operation>(OPERATIONS)) {
    const handler = handlers[spec.id as OperationId] as (call: Call) => Promise<unknown>
    app.route({
      method: spec.method,
      url: spec.path,
      handler: (request, reply) => handle(context, spec, handler, tokens, request, reply),
    })
  }
  return app
}

async function handle(
  context: Context,
  spec: Operation,
  handler: (call: Call) => Promise<unknown>,
  tokens: TokenCheck,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const caller = authenticate(context, spec, tokens, request)
  const idempotencyKey = keyOf(request)
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const call = {
    context,
    caller,
    params: check(spec.params, request.params, 'path'),
    query: check(spec.query, request.query, 'query'),
    body: check(spec.body, request.body, 'body'),
    idempotencyKey,
    signal: gone.signal,
    reply,
  } as Call
  const work = () => handler(call)
  const isRepeatable = spec.idempotent === true && idempotencyKey !== null
  const answer = isRepeatable
    ? await once(context, caller, spec, idempotencyKey, [call.params ?? null, call.body ?? null], work)
    : await work()
  if (spec.stream !== undefined) return reply
  reply.code(spec.status)
  return answer
}

function authenticate(
  context: Context,
  spec: Operation,
  tokens: TokenCheck,
  request: FastifyRequest,
): Caller {
  if (spec.scope === null) return NOBODY
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (bearer === undefined) throw new Refusal('UNAUTHENTICATED', 'the request carries no bearer token')
  const caller = tokens(bearer, context.now())
  if (caller === 'unknown') throw new Refusal('UNAUTHENTICATED', 'the token is not known here')
  if (caller === 'expired') throw new Refusal('UNAUTHENTICATED', 'the token has expired')
  if (!caller.scopes.includes(spec.scope))
    throw new Refusal(
      'FORBIDDEN',
      `${spec.id} needs scope "${spec.scope}", the token has ${caller.scopes.join(', ')}`,
    )
  return caller
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(key))
    throw new Refusal('BAD_REQUEST', 'the idempotency key must be 1 to 100 visible characters')
  return key
}

function check(type: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (type === undefined) return undefined
  const parsed = type.safeParse(value)
  if (parsed.success) {
    const path = unstorablePath(parsed.data, where)
    if (path === null) return parsed.data
    const message = 'holds a NUL or half a character, which no record can hold'
    throw new Refusal('BAD_REQUEST', `the ${where} holds text that cannot be stored`, {
      errors: [{ path, message }],
    })
  }
  const errors = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: [where, ...path].join('.'),
    message,
  }))
  throw new Refusal('BAD_REQUEST', `the ${where} does not have the form asked for`, { errors })
}
