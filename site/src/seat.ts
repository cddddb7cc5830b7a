/** The product's seat: asks URLs and name servers from inside the control namespace, through one small helper process. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { SiteFault } from './fault-of-site.ts'

const HELPER = fileURLToPath(new URL('../hosted/seat.mjs', import.meta.url))

type Answer = { id: number; error?: string; status?: number; body?: string; records?: unknown[] }

export type Seat = {
  /** Never follows redirects; throws a fault when nothing answers within the limit. */
  get(url: string, timeoutMs?: number): Promise<{ status: number; body: string }>
  post(url: string, timeoutMs?: number): Promise<{ status: number; body: string }>
  /** The records of one type at one name server, as `node:dns` gives them; throws its code, e.g. ENOTFOUND. */
  resolve(server: string, name: string, type: string, timeoutMs?: number): Promise<unknown[]>
  close(): void
}

/** Opens a seat in a network namespace; close it, or the process stays. */
export function openSeat(namespace: string): Seat {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, HELPER], { stdio: 'pipe' })
  const ask = asker(child)
  const web = async (method: string, get: string, timeoutMs: number) => {
    const { status, body } = await ask({ get, method, timeoutMs })
    return { status: status ?? 0, body: body ?? '' }
  }
  return {
    get: (url, timeoutMs = 1000) => web('GET', url, timeoutMs),
    post: (url, timeoutMs = 1000) => web('POST', url, timeoutMs),
    resolve: async (server, name, type, timeoutMs = 1000) =>
      (await ask({ resolve: name, type, server, timeoutMs })).records ?? [],
    close: () => child.stdin.end(),
  }
}

function asker(child: ChildProcessWithoutNullStreams): (question: object) => Promise<Answer> {
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = text.trim()
  })
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  child.on('error', (error) => {
    said = error.message
  })
  child.on('close', () => {
    for (const [id, settle] of waiting) settle({ id, error: said || 'the seat has closed' })
    waiting.clear()
  })
  return async (question) => {
    if (child.exitCode !== null) throw new SiteFault(said || 'the seat has closed')
    const id = ++last
    const answer = await new Promise<Answer>((settle) => {
      waiting.set(id, settle)
      child.stdin.write(`${JSON.stringify({ id, ...question })}\n`)
    })
    if (answer.error !== undefined) throw new SiteFault(answer.error)
    return answer
  }
}
