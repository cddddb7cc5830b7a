/** A server for tests: hands out tasks until their last report has come, stores receipts, checks each one. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Receipt, Report, ServerWord, Task } from '@countersign/core/runner/protocol'
import { verifyMachine } from '@countersign/crypto/machine-key'
import { receiptBody, receiptDigest } from '../outbox.ts'

export type FakeServer = {
  url: string
  reports: Report[]
  /** What was wrong with receipts; empty when all were dense, chained and signed. */
  faults: string[]
  give(task: Task): void
  word: { stop: ServerWord['stop']; clockOff: number; silent: boolean; deaf: boolean }
  /** An old backup was brought back: it holds that many receipts, and waits for the next one. */
  restore(count: number): void
  /** Resolves with the first report that fits, past or future. */
  until(fits: (report: Report) => boolean): Promise<Report>
  close(): Promise<void>
}

const LAST: readonly Report['type'][] = [
  'planned',
  'not-planned',
  'not-started',
  'finished',
  'undone',
  'accepted',
]

export async function startFakeServer(runnerKey: () => string): Promise<FakeServer> {
  const tasks = new Map<string, Task>()
  const receipts: Receipt[] = []
  let restored = false
  const waiting = new Set<() => void>()
  const fake: FakeServer = {
    url: '',
    reports: [],
    faults: [],
    word: { stop: [], clockOff: 0, silent: false, deaf: false },
    restore(count) {
      restored = true
      receipts.length = count
      fake.reports.length = count
    },
    give(task) {
      tasks.set(task.id, task)
      wakeAll()
    },
    async until(fits) {
      for (;;) {
        const found = fake.reports.find(fits)
        if (found !== undefined) return found
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const wakeAll = (): void => {
    for (const wake of waiting) wake()
    waiting.clear()
  }
  const say = () => ({ clock: Date.now() + fake.word.clockOff, stop: fake.word.stop })
  const store = (receipt: Receipt): void => {
    const last = receipts.at(-1)
    if (receipt.count <= receipts.length) return
    if (restored && receipt.count > receipts.length + 1) return
    if (receipt.count !== receipts.length + 1) fake.faults.push(`gap before ${receipt.count}`)
    if (receipt.prev !== (last === undefined ? null : receiptDigest(last)))
      fake.faults.push(`chain at ${receipt.count}`)
    if (!verifyMachine('countersign/receipt/v1', receiptBody(receipt), runnerKey(), receipt.signature))
      fake.faults.push(`signature of ${receipt.count}`)
    receipts.push(receipt)
    fake.reports.push(receipt.report)
    if (LAST.includes(receipt.report.type)) tasks.delete(receipt.report.task)
  }
  const answer: Answer = async (path, body) => {
    if (path === '/v1/runner/reports') {
      if (!fake.word.deaf) for (const receipt of body.receipts ?? []) store(receipt)
      wakeAll()
      return { accepted: receipts.length, word: say() }
    }
    if (tasks.size === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    return { tasks: [...tasks.values()], word: say() }
  }
  const server = serve(fake.word, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

type Answer = (path: string, body: { receipts?: Receipt[] }) => Promise<object>

function serve(word: FakeServer['word'], answer: Answer) {
  return createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const allowed = !word.silent && request.headers.authorization === 'Bearer secret'
      const reply = allowed
        ? await answer(request.url ?? '', JSON.parse(Buffer.concat(parts).toString()))
        : null
      if (reply === null) response.writeHead(503, { 'retry-after': '0' })
      response.end(JSON.stringify(reply))
    })
  })
}
