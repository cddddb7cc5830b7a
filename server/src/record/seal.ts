/** Turns appends into sealed rows: each entry chained to the one before it, each private payload salted. */
import { randomBytes } from 'node:crypto'
import { nodeCrypto } from '@countersign/crypto/node'
import { utf8 } from '@countersign/trail/bytes'
import { canonicalizeSigned } from '@countersign/trail/canonical'
import { NO_PREVIOUS, type SealedEntry, sealEntry } from '@countersign/trail/entry'
import type { Append, NewEvent, Retention } from './append.ts'

export type Secret = { class: Retention; salt: Uint8Array; body: string }
export type SealedRow = {
  stream: string
  seq: number
  at: number
  event: NewEvent
  state: string
  sealed: SealedEntry
  secret: Secret | null
}

/** `head`: the leaf hash of the stream's newest entry; null where there is none. Throws a TypeError on what is no plain JSON. */
export function sealAppend(append: Append, head: Uint8Array | null, at: number): SealedRow[] {
  let prev = head === null ? NO_PREVIOUS : Buffer.from(head).toString('hex')
  return append.events.map((event, i) => {
    const { stream } = append
    const { type, actor } = event
    const seq = append.expected + i + 1
    const state = canonicalizeSigned(event.state)
    const secret = event.private === undefined ? null : seal(event.private)
    const payload = secret === null ? undefined : { salt: secret.salt, bytes: utf8(secret.body) }
    const sealed = sealEntry(nodeCrypto, { stream, seq, prev, at, type, actor }, utf8(state), payload)
    prev = Buffer.from(sealed.leafHash).toString('hex')
    return { stream, seq, at, event, state, sealed, secret }
  })
}

function seal(payload: NonNullable<NewEvent['private']>): Secret {
  return { class: payload.class, salt: randomBytes(16), body: canonicalizeSigned(payload.body) }
}
