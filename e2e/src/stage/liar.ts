/** A server that lies: it hands a runner one task of the story's making and takes down what the runner reports. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Report } from '@countersign/core/runner/protocol'
import type { Stage } from './stage.ts'

const SCRIPT = `
import { createServer } from 'node:http'
const task = JSON.parse(process.argv[1])
const server = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  const body = JSON.parse(text)
  const word = { clock: Date.now(), stop: [] }
  const receipts = body.receipts ?? []
  for (const { report } of receipts) console.log(JSON.stringify(report))
  if (request.url.endsWith('/poll')) await new Promise((resolve) => setTimeout(resolve, 100))
  response.end(JSON.stringify(request.url.endsWith('/poll')
    ? { tasks: [task], word }
    : { accepted: receipts.at(-1).count, word }))
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
`

export type Liar = { port: number; reported: Promise<Report>; stop(): void }

/** `reported`: the first report of the runner. */
export async function startLiar(stage: Stage, task: object): Promise<Liar> {
  const args = ['--input-type=module', '-e', SCRIPT, JSON.stringify(task)]
  const child =
    stage.namespace === null
      ? spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn('ip', ['netns', 'exec', stage.namespace, process.execPath, ...args], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the lying server ended early')
    return JSON.parse(value)
  }
  const { port } = (await next()) as { port: number }
  const reported = next() as Promise<Report>
  reported.catch(() => undefined)
  return { port, reported, stop: () => void child.kill() }
}
