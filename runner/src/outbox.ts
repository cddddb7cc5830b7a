/**
 * Reports become numbered, signed receipts in the same journal line as what they tell, so that neither is ever there
 * without the other. They stay until the server has acknowledged them.
 */
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import { storable } from '@countersign/core/kernel/text'
import type { Receipt, Report } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import { signMachine } from '@countersign/crypto/machine-key'
import type { Entry } from './journal/entry.ts'
import type { Journal } from './journal/journal.ts'
import type { RunnerKeys } from './keys.ts'

export type Outbox = {
  /** Writes what happened and its report in one line. */
  report(report: Report, ...happened: Entry[]): void
  /** Resolves at the next report. */
  next(): Promise<void>
}

export function createOutbox(journal: Journal, runner: string, keys: RunnerKeys): Outbox {
  let wake = (): void => {}
  let woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  return {
    report(report, ...happened) {
      const { receiptCount, lastReceipt } = journal.state
      const receipt = signReceipt(runner, receiptCount + 1, lastReceipt, clean(report), keys)
      journal.append(...happened, { type: 'reported', receipt })
      wake()
      woken = new Promise((resolve) => {
        wake = resolve
      })
    },
    next: () => woken,
  }
}

/** What a target said may hold anything; a report that the server cannot store would hold up all that follow. */
function clean(report: Report): Report {
  return JSON.parse(JSON.stringify(report), (_, value: unknown) =>
    typeof value === 'string' ? storable(value) : value,
  ) as Report
}

/** What the signature covers, and what the next receipt's `prev` is the digest of. */
export function receiptBody({ runner, count, prev, report }: Omit<Receipt, 'signature'>): Json {
  return { runner, count, prev, report } as unknown as Json
}

export function receiptDigest(receipt: Omit<Receipt, 'signature'>): Digest {
  return digestOf('countersign/receipt/v1', receiptBody(receipt))
}

function signReceipt(
  runner: string,
  count: number,
  last: Receipt | null,
  report: Report,
  keys: RunnerKeys,
): Receipt {
  const body = { runner, count, prev: last === null ? null : receiptDigest(last), report }
  const signature = signMachine('countersign/receipt/v1', receiptBody(body), keys.privateKey)
  return { ...body, signature }
}
