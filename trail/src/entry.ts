/**
 * The entry: the small closed envelope that is a leaf of the log. Payloads stay outside, bound by digests, so that a
 * private one can be erased while everything else still proves. Dense `seq` and `prev` make a stream a chain.
 */
import { fromUtf8, hex, isHexOf, utf8 } from './bytes.ts'
import { type Digest, type Json, parseCanonical } from './canonical.ts'
import type { Crypto } from './crypto.ts'
import { leafHash } from './tree.ts'

/**
 * `seq` counts from 1 without gaps; `prev` is the leaf hash of the stream's previous entry in hex (zeros at first);
 * `at` is integer milliseconds since 1970; `state` is the digest of the stored canonical bytes; `private` the salted
 * commitment to what may be erased, or null.
 */
export type Entry = {
  v: 1
  stream: string
  seq: number
  prev: string
  at: number
  type: string
  actor: { kind: string; id: string }
  state: Digest
  private: Digest | null
}

/** What the caller decides; the digests are made here. */
export type EntryFields = Omit<Entry, 'v' | 'state' | 'private'>
export type PrivatePayload = { salt: Uint8Array; bytes: Uint8Array }
export type SealedEntry = { entry: Entry; text: string; bytes: Uint8Array; leafHash: Uint8Array }

/** The `prev` of a stream's first entry. */
export const NO_PREVIOUS = '0'.repeat(64)

/** An entry must fit the 16-bit length of C2SP tlog-tiles. */
export const MAX_ENTRY_BYTES = 65_535

/** Of the type that says: the private payload of `{stream, seq}`, named in its state, was erased. */
export const TOMBSTONE = 'payload-erased'

const STATE_DOMAIN = utf8('trail/state/v1\n')
const PRIVATE_DOMAIN = utf8('trail/private/v1\n')
const FIELDS = 'actor,at,prev,private,seq,state,stream,type,v'
const SALT_BYTES = 16

/**
 * Makes the leaf. `state` and `private.bytes` are canonical JSON with integers only; the salt is 16 fresh random bytes.
 * Throws a TypeError on anything else: what is sealed wrongly can never be mended.
 */
export function sealEntry(
  crypto: Crypto,
  fields: EntryFields,
  state: Uint8Array,
  secret?: PrivatePayload,
): SealedEntry {
  demandCanonical('state', state)
  if (secret !== undefined) {
    demandCanonical('private', secret.bytes)
    if (secret.salt.length !== SALT_BYTES)
      throw new TypeError(`expected a salt of ${SALT_BYTES} bytes, got ${secret.salt.length}`)
  }
  const { stream, seq, prev, at, type, actor } = fields
  const entry: Entry = {
    v: 1,
    stream,
    seq,
    prev,
    at,
    type,
    actor: { kind: actor.kind, id: actor.id },
    state: `sha256:${hex(crypto.sha256(STATE_DOMAIN, state))}`,
    private:
      secret === undefined ? null : `sha256:${hex(crypto.sha256(PRIVATE_DOMAIN, secret.salt, secret.bytes))}`,
  }
  const problem = entryProblem(entry)
  if (problem !== null) throw new TypeError(problem)
  const text = entryText(entry)
  const bytes = utf8(text)
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new TypeError(`expected an entry of at most ${MAX_ENTRY_BYTES} bytes, got ${bytes.length}`)
  return { entry, text, bytes, leafHash: leafHash(crypto, bytes) }
}

/** Reads an entry strictly: exactly the known fields and version, in canonical form. */
export function openEntry(input: Uint8Array | string): { entry: Entry } | { refused: string } {
  const text = typeof input === 'string' ? input : fromUtf8(input)
  if (text === null) return { refused: 'the entry is not UTF-8' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { refused: 'the entry is not JSON' }
  }
  const read = readEntry(value)
  if ('refused' in read) return read
  return read.text === text ? { entry: read.entry } : { refused: 'the entry is not in canonical form' }
}

/** As `openEntry`, for a value that was parsed already: the entry and its canonical text. */
export function readEntry(value: unknown): { entry: Entry; text: string } | { refused: string } {
  const problem = entryProblem(value)
  if (problem !== null) return { refused: problem }
  return { entry: value as Entry, text: entryText(value as Entry) }
}

/** Whether these are the state bytes that the entry was sealed with. */
export function isStateOf(crypto: Crypto, entry: Entry, state: Uint8Array): boolean {
  return isHexOf(crypto.sha256(STATE_DOMAIN, state), entry.state, 7)
}

/** Whether this is the private payload that the entry committed to. */
export function isPrivateOf(crypto: Crypto, entry: Entry, secret: PrivatePayload): boolean {
  return (
    entry.private !== null &&
    secret.salt.length === SALT_BYTES &&
    isHexOf(crypto.sha256(PRIVATE_DOMAIN, secret.salt, secret.bytes), entry.private, 7)
  )
}

/** What a stream's next entry must fit: the last `seq` and the leaf hash it had. */
export type StreamHead = { seq: number; hash: Uint8Array }

/** Whether the entry follows the head of its stream (null: none yet). */
export function isNextOf(entry: Entry, head: StreamHead | null): boolean {
  return head === null
    ? entry.seq === 1 && entry.prev === NO_PREVIOUS
    : entry.seq === head.seq + 1 && isHexOf(head.hash, entry.prev)
}

/** The stream and seq that a tombstone's state names; null if it names none. */
export function readTombstone(state: Json): { stream: string; seq: number } | null {
  if (state === null || typeof state !== 'object' || Array.isArray(state)) return null
  const { stream, seq } = state
  return typeof stream === 'string' && typeof seq === 'number' ? { stream, seq } : null
}

/** The canonical form, written out because the verifier does this for each leaf. */
function entryText(entry: Entry): string {
  const { actor, at, prev, seq, state, stream, type } = entry
  const secret = entry.private === null ? 'null' : `"${entry.private}"`
  const who = `{"id":${JSON.stringify(actor.id)},"kind":${JSON.stringify(actor.kind)}}`
  const what = `"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)},"v":1}`
  return `{"actor":${who},"at":${at},"prev":"${prev}","private":${secret},"seq":${seq},"state":"${state}",${what}`
}

function entryProblem(value: unknown): string | null {
  if (value === null || typeof value !== 'object') return 'the entry is not an object'
  const fields = Object.keys(value)
  if (fields.join() !== FIELDS && fields.sort().join() !== FIELDS)
    return `expected the fields ${FIELDS}, got ${fields.join()}`
  const { v, stream, seq, prev, at, type, actor, state, private: secret } = value as Record<string, unknown>
  if (v !== 1) return `expected entry version 1, got ${String(v)}`
  if (!isName(stream)) return 'the stream has no name'
  if (!isName(type)) return 'the type has no name'
  if (!isCount(seq) || seq === 0) return `expected a seq from 1, got ${String(seq)}`
  if (!isCount(at)) return `expected a time in integer milliseconds, got ${String(at)}`
  if (typeof prev !== 'string' || !/^[0-9a-f]{64}$/.test(prev)) return 'prev is not 64 hex digits'
  if (!isDigest(state)) return 'state is not a digest'
  if (secret !== null && !isDigest(secret)) return 'private is neither a digest nor null'
  return actorProblem(actor)
}

function actorProblem(value: unknown): string | null {
  if (value === null || typeof value !== 'object') return 'the actor is not an object'
  const { kind, id } = value as Record<string, unknown>
  if (Object.keys(value).length !== 2 || !isName(kind) || !isName(id))
    return 'the actor is not exactly a kind and an id'
  return null
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed()
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && value.length === 71 && /^sha256:[0-9a-f]{64}$/.test(value)
}

function demandCanonical(name: string, bytes: Uint8Array): void {
  const read = parseCanonical(bytes)
  if ('refused' in read) throw new TypeError(`expected ${name} in canonical JSON: ${read.refused}`)
}
