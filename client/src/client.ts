/** Typed calls made from the contract. A problem reply is thrown as `ApiProblem`; a dead server as `ServerAway`. */
import type { Operation } from '@countersign/contract/operation'
import { OPERATIONS, type OperationId } from '@countersign/contract/operations'
import type { Problem } from '@countersign/contract/problem'
import type { z } from 'zod'

type Specs = typeof OPERATIONS
type Part<T, K extends string> = K extends keyof T ? (T[K] extends z.ZodType ? z.input<T[K]> : never) : never
type Given<T> = ('params' extends keyof T ? { params: Part<T, 'params'> } : object) &
  ('query' extends keyof T ? { query?: Part<T, 'query'> } : object) &
  ('body' extends keyof T ? { body: Part<T, 'body'> } : object) & {
    idempotencyKey?: string
    signal?: AbortSignal
  }
export type Reply<Id extends OperationId> = z.output<Specs[Id]['reply']>

/** The server answered with a problem (RFC 9457). */
export class ApiProblem extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

/** No answer: the server is down or cannot be reached. */
export class ServerAway extends Error {
  readonly hint = 'check that `countersign start` runs and that the address is right'
  override name = 'ServerAway'
}

export type Connection = { url: string; token: string | null }

export type Client = { [Id in OperationId]: (given: Given<Specs[Id]>) => Promise<Reply<Id>> }

/** One function per operation of the contract. Streams answer with their whole text. */
export function connect(connection: Connection): Client {
  const calls = Object.entries<Operation>(OPERATIONS).map(([id, spec]) => [
    id,
    (given: Loose) => call(connection, spec, given),
  ])
  return Object.fromEntries(calls) as Client
}

type Loose = {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  idempotencyKey?: string
  signal?: AbortSignal
}

/** The raw reply, for streams that are too large to hold. */
export async function open(connection: Connection, spec: Operation, given: Loose): Promise<Response> {
  const path = spec.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(given.params?.[name])),
  )
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(given.query ?? {}))
    if (value !== undefined) query.set(key, String(value))
  const url = `${connection.url}${path}${query.size > 0 ? `?${query}` : ''}`
  const headers: Record<string, string> = { accept: 'application/json' }
  if (connection.token !== null) headers['authorization'] = `Bearer ${connection.token}`
  if (given.body !== undefined) headers['content-type'] = 'application/json'
  if (given.idempotencyKey !== undefined) headers['idempotency-key'] = given.idempotencyKey
  let response: Response
  try {
    response = await fetch(url, {
      method: spec.method,
      headers,
      ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
      ...(given.signal === undefined ? {} : { signal: given.signal }),
    })
  } catch (cause) {
    throw new ServerAway(`no answer from ${connection.url}`, { cause })
  }
  if (!response.ok) throw new ApiProblem(await readProblem(response))
  return response
}

async function call(connection: Connection, spec: Operation, given: Loose): Promise<unknown> {
  const response = await open(connection, spec, given)
  return spec.stream === undefined ? response.json() : response.text()
}

async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text()
  try {
    return JSON.parse(text) as Problem
  } catch {
    const detail = `the server answered ${response.status} without a problem body`
    return {
      type: 'about:blank',
      title: detail,
      status: response.status,
      code: 'BUG',
      detail,
      hint: text.slice(0, 200),
    }
  }
}
