/**
 * The API asked from the seat of the stage through one kept connection: for what has to be quick, and for what comes
 * from outside while programs die.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Stage } from './stage.ts'

/** `status` 0: nobody answered, or not within the time; `body` says why then. */
export type Answered = { status: number; retryAfter: string | null; body: string; ms: number }

export type Door = {
  get(path: string, token: string, timeoutMs?: number): Promise<Answered>
  post(path: string, token: string, body: unknown, timeoutMs?: number): Promise<Answered>
  close(): void
}

const HELPER = `
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
const agent = new Agent({ keepAlive: true })
for await (const line of createInterface({ input: process.stdin })) {
  const { id, url, method, token, body, timeoutMs } = JSON.parse(line)
  const from = performance.now()
  const say = (answer) =>
    process.stdout.write(JSON.stringify({ id, ms: Math.round(performance.now() - from), ...answer }) + '\\n')
  const failed = ({ message }) => say({ status: 0, retryAfter: null, body: message })
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' }
  const sent = request(url, { agent, method, headers, signal: AbortSignal.timeout(timeoutMs) }, (reply) => {
    const parts = []
    reply.on('data', (part) => parts.push(part))
    reply.on('error', failed)
    reply.on('end', () => {
      const text = Buffer.concat(parts).toString()
      say({ status: reply.statusCode, retryAfter: reply.headers['retry-after'] ?? null, body: text })
    })
  })
  sent.on('error', failed)
  sent.end(body)
}
`

/** Close it, or its helper process stays. */
export function openDoor({ namespace, port }: Stage): Door {
  const own = ['--input-type=module', '-e', HELPER]
  const [file, args] =
    namespace === null
      ? [process.execPath, own]
      : ['ip', ['netns', 'exec', namespace, process.execPath, ...own]]
  const helper = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (answer: Answered) => void>()
  let last = 0
  helper.stdin.on('error', () => {})
  createInterface({ input: helper.stdout }).on('line', (line) => {
    const { id, ...answer } = JSON.parse(line) as Answered & { id: number }
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  helper.on('close', () => {
    for (const settle of waiting.values()) settle({ status: 0, retryAfter: null, body: 'closed', ms: 0 })
  })
  const ask = (question: object) =>
    new Promise<Answered>((resolve) => {
      const id = ++last
      waiting.set(id, resolve)
      helper.stdin.write(`${JSON.stringify({ id, ...question })}\n`)
    })
  const url = (path: string) => `http://127.0.0.1:${port}${path}`
  return {
    get: (path, token, timeoutMs = 10_000) => ask({ url: url(path), method: 'GET', token, timeoutMs }),
    post: (path, token, body, timeoutMs = 10_000) =>
      ask({ url: url(path), method: 'POST', token, body: JSON.stringify(body), timeoutMs }),
    close: () => helper.stdin.end(),
  }
}
