/**
 * The runner's durable memory. What it is about to do stands here, flushed to the disk, before it happens; after a
 * crash the runner knows from here what it may have done. If a line cannot be written, nothing happens.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type { Receipt } from '@countersign/core/runner/protocol'
import { RunnerFault } from '../fault.ts'
import { writeDurably } from './durable.ts'
import type { Entry, Line } from './entry.ts'
import { NO_LINE, readLines, writeLine } from './line.ts'
import { emptyState, fold, type JournalState } from './state.ts'

export type Journal = {
  readonly state: JournalState
  /** Number of lines written so far. */
  readonly head: number
  /** Returns when the line is on the disk. Throws `RunnerFault`; after that the journal takes no more lines. */
  append(...entries: Entry[]): void
  /** Reads receipts back, from a count to a count, also those that were acknowledged. */
  receipts(from: number, to: number): Receipt[]
  close(): void
}

/** How the journal dates its lines. */
export type Dated = () => { at: Instant; sure: boolean }

export function journalFileOf(state: string): string {
  return join(state, 'journal')
}

/** Begins a journal. Only enrolment does that: a runner that lost its journal must not begin another by itself. */
export function createJournal(
  state: string,
  first: { runner: string; key: string; genesis: Digest },
  at: Instant,
): void {
  const file = journalFileOf(state)
  if (existsSync(file))
    throw new RunnerFault(`there is a journal at "${file}" already`, 're-enrol to begin anew')
  const line: Line = { n: 1, at, sure: false, entries: [{ type: 'opened', ...first }] }
  writeDurably(file, writeLine(NO_LINE, line).text)
}

/** Replays the journal. Throws `RunnerFault` where it is missing or broken: then only re-enrolment helps. */
export function openJournal(folder: string, dated: Dated): Journal {
  const file = journalFileOf(folder)
  if (!existsSync(file))
    throw new RunnerFault(
      `the journal "${file}" is missing, so used grants are unknown`,
      'find it, or re-enrol this runner with a new key',
    )
  const read = readLines(readFileSync(file))
  if ('broken' in read)
    throw new RunnerFault(
      `the journal "${file}" is broken: ${read.broken}`,
      'keep the file for inquiry, and re-enrol this runner with a new key',
    )
  if (read.lines.length === 0) throw new RunnerFault(`the journal "${file}" is empty`, 're-enrol this runner')
  const state = emptyState()
  for (const line of read.lines) fold(state, line)
  const fd = openSync(file, 'r+')
  ftruncateSync(fd, read.length)
  fdatasyncSync(fd)
  return writer(file, fd, state, read, dated)
}

function writer(
  file: string,
  fd: number,
  state: JournalState,
  from: { lines: Line[]; hash: string; length: number },
  dated: Dated,
): Journal {
  let { hash, length } = from
  let n = from.lines.length
  let failed: unknown = null
  return {
    state,
    get head() {
      return n
    },
    append(...entries) {
      if (failed !== null)
        throw new RunnerFault('the journal took no line after a failed one', 'restart the runner', {
          cause: failed,
        })
      const line: Line = { n: n + 1, ...dated(), entries }
      const next = writeLine(hash, line)
      const bytes = Buffer.from(next.text)
      try {
        let done = 0
        while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, length + done)
        fdatasyncSync(fd)
      } catch (error) {
        failed = error
        throw new RunnerFault(
          'failed to write the journal, so nothing was done',
          'see to the disk, then restart',
          {
            cause: error,
          },
        )
      }
      hash = next.hash
      length += bytes.length
      n = line.n
      fold(state, line)
    },
    receipts(from, to) {
      const read = readLines(readFileSync(file))
      const entries = 'lines' in read ? read.lines.flatMap(({ entries }) => entries) : []
      return entries.flatMap((entry) =>
        entry.type === 'reported' && entry.receipt.count >= from && entry.receipt.count <= to
          ? [entry.receipt]
          : [],
      )
    },
    close() {
      failed ??= new Error('closed')
      closeSync(fd)
    },
  }
}
