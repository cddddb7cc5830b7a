/** The runner protocol (core/src/runner/protocol.ts) on the wire. Runners connect outwards; nothing connects to them. */
import { z } from 'zod'
import { Digest, Instant, operation, Uuid } from './operation.ts'

const Hello = z.strictObject({
  protocol: z.int(),
  runner: z.string().min(1).max(100),
  trustVersion: z.int(),
  logSize: z.int(),
  clock: Instant,
  holds: z.array(z.string().max(500)).max(100),
  journalHead: z.int(),
  upMs: z.int().nonnegative(),
})

const Word = z.object({
  clock: Instant,
  stop: z.array(z.object({ grant: z.string(), how: z.enum(['hold', 'abort', 'reverse']) })),
})

/** Reports are checked by their signature and by core's types; here only their frame is. */
const Receipt = z.strictObject({
  runner: z.string().min(1).max(100),
  count: z.int().positive(),
  prev: Digest.nullable(),
  report: z.looseObject({ type: z.string(), task: z.string() }),
  signature: z.string().min(1).max(200),
})

export const pollTasks = operation({
  id: 'pollTasks',
  method: 'POST',
  path: '/v1/runner/poll',
  summary: 'A runner says what it holds and waits a moment for tasks',
  scope: 'run',
  body: z.strictObject({ hello: Hello, waitMs: z.int().min(0).max(25_000).default(2_000) }),
  reply: z.object({ tasks: z.array(z.looseObject({ type: z.string(), id: Uuid })), word: Word }),
  status: 200,
})

export const report = operation({
  id: 'report',
  method: 'POST',
  path: '/v1/runner/reports',
  summary: 'Signed, counted receipts; accepted up to the count named, the rest is sent again',
  scope: 'run',
  body: z.strictObject({ receipts: z.array(Receipt).min(1).max(100) }),
  reply: z.object({ accepted: z.int(), word: Word }),
  status: 200,
})
