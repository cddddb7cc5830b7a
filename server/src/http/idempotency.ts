/**
 * The same key with the same request (path and body) has its effect once. The reply is kept for a day; underneath, every write is also
 * repeatable by itself (nonces, derived ids), so a crash between effect and kept reply does no harm.
 */
import { createHash } from 'node:crypto'
import type { Operation } from '@countersign/contract/operation'
import type { Context } from '../context.ts'
import { Refusal } from './refusal.ts'
import type { Caller } from './tokens.ts'

const KEPT_MS = 86_400_000

type Kept = { request_digest: string; reply: unknown; at: number }

export async function once(
  context: Context,
  caller: Caller,
  spec: Operation,
  key: string,
  request: unknown,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const name = `${caller.kind}:${caller.id}:${key}`
  const digest = createHash('sha256').update(JSON.stringify(request)).digest('hex')
  const { rows } = await context.pool.query<Kept>(
    'select request_digest, reply, at from idempotency where key = $1 and route = $2',
    [name, spec.id],
  )
  const [kept] = rows
  if (kept !== undefined && context.now() - kept.at < KEPT_MS) {
    if (kept.request_digest !== digest)
      throw new Refusal('KEY_REUSED', `the key was used for another ${spec.id} before`)
    return kept.reply
  }
  const reply = await work()
  await context.pool.query(
    `insert into idempotency (key, route, request_digest, reply, at) values ($1,$2,$3,$4,$5)
     on conflict (key, route) do update set request_digest = $3, reply = $4, at = $5`,
    [name, spec.id, digest, JSON.stringify(reply), context.now()],
  )
  return reply
}
