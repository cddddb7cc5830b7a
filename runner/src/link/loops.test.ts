import type { Receipt } from '@countersign/core/runner/protocol'
import { expect, test } from 'vitest'
import type { Entry } from '../journal/entry.ts'
import type { Journal } from '../journal/journal.ts'
import { emptyState, fold } from '../journal/state.ts'
import type { Outbox } from '../outbox.ts'
import { atOnce } from './batch.ts'
import { reportLoop } from './loops.ts'
import { LinkFault, type ServerLink, TooLarge } from './server-link.ts'

const receiptOf = (count: number, bytes: number): Receipt => ({
  runner: 'runner-1',
  count,
  prev: null,
  report: { type: 'accepted', task: 'x'.repeat(bytes) },
  signature: '',
})

test('a batch is bounded in count and in bytes, and holds at least one', () => {
  const many = (bytes: number) => Array.from({ length: 80 }, (_, index) => receiptOf(index + 1, bytes))
  expect(atOnce(many(10), 64)).toHaveLength(64)
  expect(atOnce(many(200 * 1024), 64)).toHaveLength(2)
  expect(atOnce(many(600 * 1024), 64)).toHaveLength(1)
  expect(atOnce(many(10), 1)).toHaveLength(1)
  expect(atOnce([], 64)).toEqual([])
})

/** Reports to a server that takes so many bytes at once; ends when all was taken or a message was logged. */
async function reportTo(limit: number, receipts: Receipt[]) {
  const state = emptyState()
  const append = (...entries: Entry[]) => fold(state, { n: 1, at: 0, sure: false, entries })
  append(...receipts.map((receipt) => ({ type: 'reported', receipt }) as const))
  const stopper = new AbortController()
  const sent: number[] = []
  const said: string[] = []
  const link: ServerLink = {
    poll: () => Promise.reject(new LinkFault('not asked')),
    async report(batch) {
      sent.push(batch.length)
      if (JSON.stringify(batch).length > limit) throw new TooLarge('answered 413', 0)
      if (batch.at(-1)?.count === receipts.length) stopper.abort()
      return { accepted: batch.at(-1)?.count ?? 0, word: { clock: 0, stop: [] } }
    },
  }
  const log = (_: string, fields?: object) => {
    said.push(JSON.stringify(fields))
    if (said.some((text) => text.includes('refuses receipt'))) stopper.abort()
  }
  const journal = { state, append, receipts: () => [] } as unknown as Journal
  const outbox: Outbox = { report: () => {}, next: () => new Promise(() => {}) }
  await reportLoop({ link, log, stopping: stopper.signal, heard: () => {} }, journal, outbox)
  return { sent, said, left: state.receipts.length }
}

test('sends one by one where a batch was too large', async () => {
  const { sent, left } = await reportTo(
    25_000,
    [1, 2, 3].map((count) => receiptOf(count, 10_000)),
  )
  expect({ sent, left }).toEqual({ sent: [3, 1, 2], left: 0 })
})

test('says so where one alone is too large', async () => {
  const { sent, said, left } = await reportTo(
    5_000,
    [1, 2].map((count) => receiptOf(count, 10_000)),
  )
  expect(sent).toEqual([2, 1])
  expect(said.at(-1)).toMatch(/refuses receipt 1 .* too large/)
  expect(left).toBe(2)
})
