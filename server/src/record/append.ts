/** What is recorded: events of a stream, each with what must be kept and what may be erased. */
import type { Json } from '@countersign/trail/canonical'
import { Conflict } from '../database/transaction.ts'

/** How long a private payload is kept: by incident, by person, or long. Erased a partition or a row at a time. */
export type Retention = 'incident' | 'people' | 'long'

export type NewEvent = {
  type: string
  actor: { kind: string; id: string }
  /** What folding needs: typed, pseudonymous, integers only. Kept for ever. */
  state: Json
  /** Committed to with a salt, and erasable. Folding never sees it. */
  private?: { class: Retention; body: Json }
}

export type Append = {
  stream: string
  kind: string
  /** The stream's seq as the caller last read it; 0 creates the stream. */
  expected: number
  /** The head's leaf hash as `loadStream` gave it: saves a round trip. */
  head?: Uint8Array
  events: NewEvent[]
  /** When the stream wants attention next, in ms; null: not by itself; left out: as before. */
  dueAt?: number | null
  /** No event ever follows. */
  close?: boolean
}

export type Recorded = {
  gid: number
  stream: string
  seq: number
  type: string
  at: number
  leafHash: Uint8Array
}

/** Another append came first: load again and decide again. `inTransaction` does so by itself. */
export class StreamMoved extends Conflict {
  override name = 'StreamMoved'
  readonly stream: string
  readonly expected: number
  constructor(stream: string, expected: number, actual: number | null) {
    super(`expected stream "${stream}" at ${expected}, ${actual === null ? 'it moved' : `got ${actual}`}`)
    this.stream = stream
    this.expected = expected
  }
}

/** Nothing may be appended to a closed stream; trying again does not help. */
export class StreamClosed extends Error {
  override name = 'StreamClosed'
  constructor(stream: string) {
    super(`stream "${stream}" is closed`)
  }
}
