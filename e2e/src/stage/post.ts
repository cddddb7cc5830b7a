/** Asks the API from the seat of the stage, as a monitor or a tool there would. */
import { spawn } from 'node:child_process'
import type { Answer, Stage } from './stage.ts'

/** One question on standard input, so that a body may be as large as it likes. */
const SCRIPT = `
let text = ''
for await (const part of process.stdin) text += part
const { url, method, headers, body } = JSON.parse(text)
const response = await fetch(url, { method, headers, ...(body === null ? {} : { body }) })
process.stdout.write(JSON.stringify({ status: response.status, body: await response.text() }))
`

const PATIENCE_MS = 20_000

export type Question = {
  method?: 'GET' | 'POST'
  path: string
  token?: string
  /** Text is sent as it is, all else as JSON. */
  body?: unknown
  idempotencyKey?: string
}

export async function post(
  stage: Stage,
  path: string,
  token: string,
  body: unknown,
): Promise<{ status: number; body: string }> {
  return send(stage, { path, token, body })
}

/** The same with the answer read as JSON; `json` is null where it is none. */
export async function call(stage: Stage, question: Question): Promise<{ status: number; json: Answer }> {
  const { status, body } = await send(stage, question)
  try {
    return { status, json: JSON.parse(body) }
  } catch {
    return { status, json: null }
  }
}

function send(stage: Stage, question: Question): Promise<{ status: number; body: string }> {
  const { method = 'POST', path, token, body, idempotencyKey } = question
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(text === null ? {} : { 'content-type': 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
  const input = JSON.stringify({ url: `http://127.0.0.1:${stage.port}${path}`, method, headers, body: text })
  const args = ['--input-type=module', '-e', SCRIPT]
  const [file, argv] =
    stage.namespace === null
      ? [process.execPath, args]
      : ['ip', ['netns', 'exec', stage.namespace, process.execPath, ...args]]
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS })
    let said = ''
    let wrong = ''
    child.stdout.on('data', (part: Buffer) => {
      said += part.toString()
    })
    child.stderr.on('data', (part: Buffer) => {
      wrong += part.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(said) as { status: number; body: string })
      else reject(new Error(`${method} ${path} got no answer: ${wrong.trim() || `exit ${code}`}`))
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
