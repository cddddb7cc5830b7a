/** What the runner asks of a server; HTTP is one way to have it. Both throw `LinkFault` for everything but an answer. */
import type { Receipt, RunnerHello, ServerWord, Task } from '@countersign/core/runner/protocol'

export type PollAnswer = { tasks: Task[]; word: ServerWord }
/** `accepted`: every receipt up to this count is stored for good. */
export type ReportAnswer = { accepted: number; word: ServerWord }

export type ServerLink = {
  poll(hello: RunnerHello, signal: AbortSignal): Promise<PollAnswer>
  report(receipts: Receipt[], signal: AbortSignal): Promise<ReportAnswer>
}

/** The server did not answer, or not sensibly. `retryAfterMs` where it said when to come back. */
export class LinkFault extends Error {
  override readonly name: string = 'LinkFault'
  readonly retryAfterMs: number | null
  constructor(message: string, retryAfterMs: number | null = null, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** The server takes no request of that size. */
export class TooLarge extends LinkFault {
  override readonly name = 'TooLarge'
}
