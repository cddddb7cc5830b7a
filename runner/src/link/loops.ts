/** Two loops that outlive every fault of the server: one asks for work, one brings the receipts. */
import type { Receipt, RunnerHello, ServerWord, Task } from '@countersign/core/runner/protocol'
import { RunnerFault } from '../fault.ts'
import type { Journal } from '../journal/journal.ts'
import type { Log } from '../log.ts'
import type { Outbox } from '../outbox.ts'
import { pause } from '../perform/pause.ts'
import { atOnce, MOST_AT_ONCE } from './batch.ts'
import { LinkFault, type ServerLink, TooLarge } from './server-link.ts'

export type Loop = { link: ServerLink; log: Log; stopping: AbortSignal; heard: (word: ServerWord) => void }

const FIRST_WAIT = 100
const BETWEEN_TASKS = 50
const LONGEST_WAIT = 5_000
const MOST_KNOWN = 10_000

export async function pollLoop(
  { link, log, stopping, heard }: Loop,
  hello: () => RunnerHello,
  take: (task: Task) => void,
): Promise<void> {
  const known = new Set<string>()
  await forever('poll', log, stopping, async () => {
    const { tasks, word } = await link.poll(hello(), stopping)
    heard(word)
    for (const task of tasks) take(task)
    // A server that hands out the same tasks until their reports arrive must not keep this loop spinning.
    // The same holds for a stop that stands while the step at hand is finished.
    const isNews = tasks.some(({ id }) => !known.has(id))
    if (known.size > MOST_KNOWN) known.clear()
    for (const { id } of tasks) known.add(id)
    if (!isNews && (tasks.length > 0 || word.stop.length > 0)) await pause(BETWEEN_TASKS, stopping)
  })
}

export async function reportLoop(
  { link, log, stopping, heard }: Loop,
  journal: Journal,
  outbox: Outbox,
): Promise<void> {
  // Receipts that the server had acknowledged and has lost: it was restored from a backup.
  let lost: Receipt[] = []
  let most = MOST_AT_ONCE
  const stopped = untilAborted(stopping)
  await forever('report', log, stopping, async () => {
    const next = outbox.next()
    const receipts = atOnce([...lost, ...journal.state.receipts], most)
    const [first] = receipts
    if (first === undefined) return Promise.race([next, stopped])
    const { accepted, word } = await link.report(receipts, stopping).catch((error: unknown) => {
      if (!(error instanceof TooLarge)) throw error
      // What is too large together is sent one by one, until one was taken.
      most = 1
      throw receipts.length > 1 ? error : refusedAlone(first, error)
    })
    most = MOST_AT_ONCE
    heard(word)
    const { receiptCount, acknowledged } = journal.state
    if (accepted > receiptCount)
      throw new RunnerFault(
        `the server holds ${accepted} receipts of this runner, the journal tells of ${receiptCount}: it is an old copy`,
        're-enrol this runner with a new key',
      )
    if (accepted < first.count - 1) {
      lost = journal.receipts(accepted + 1, acknowledged)
      throw new LinkFault(`the server holds ${accepted} receipts, it had ${acknowledged}: telling it again`)
    }
    if (accepted < first.count) throw new LinkFault('the server took none of the receipts')
    lost = lost.filter(({ count }) => count > accepted)
    if (accepted > acknowledged) journal.append({ type: 'acknowledged', count: accepted })
  })
}

/** Nothing behind it can be reported either: the chain of receipts has no gaps. */
function refusedAlone(receipt: Receipt, cause: TooLarge): LinkFault {
  const { count, report } = receipt
  const bytes = Buffer.byteLength(JSON.stringify(receipt))
  return new LinkFault(
    `the server refuses receipt ${count} ("${report.type}", ${bytes} bytes) as too large, so none after it arrives: ` +
      'raise the limit of the server or of what stands before it',
    null,
    { cause },
  )
}

/** Ends when stopping, or with a `RunnerFault`. Faults of the link make it wait, longer each time. */
async function forever(
  what: string,
  log: Log,
  stopping: AbortSignal,
  turn: () => Promise<void>,
): Promise<void> {
  let wait = FIRST_WAIT
  while (!stopping.aborted) {
    try {
      await turn()
      wait = FIRST_WAIT
    } catch (error) {
      if (stopping.aborted) return
      if (!(error instanceof LinkFault)) throw error
      log(`${what}-failed`, { message: error.message })
      await pause(error.retryAfterMs ?? wait * (0.75 + Math.random() / 2), stopping)
      wait = Math.min(wait * 2, LONGEST_WAIT)
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
