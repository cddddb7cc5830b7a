/**
 * Checks what one leaf says: its form, its place in its stream, its state and its private payload. Keeps one head per
 * stream and the erased payloads that wait for their tombstone, nothing else.
 */
import { fromBase64, passingUtf8 } from './bytes.ts'
import type { Json } from './canonical.ts'
import type { Crypto } from './crypto.ts'
import {
  type Entry,
  isNextOf,
  isPrivateOf,
  isStateOf,
  MAX_ENTRY_BYTES,
  readTombstone,
  type StreamHead,
  TOMBSTONE,
} from './entry.ts'
import type { ReadLeafLine } from './export.ts'
import type { FindingCode, Findings } from './finding.ts'
import { leafHash } from './tree.ts'

export type CheckedLeaf = {
  hash: Uint8Array
  /** Null where the entry could not be read. */
  entry: Entry | null
  /** Undefined where the state is missing or not the recorded one. */
  state: Json | undefined
  /** Undefined where there is none, or it was erased or is not the recorded one. */
  secret: Json | undefined
}

type Head = StreamHead & { leaf: number }

export class EntryChecker {
  readonly #crypto: Crypto
  readonly #findings: Findings
  readonly #heads = new Map<string, Head>()
  readonly #erased = new Map<string, number>()

  constructor(crypto: Crypto, findings: Findings) {
    this.#crypto = crypto
    this.#findings = findings
  }

  get streams(): ReadonlyMap<string, Head> {
    return this.#heads
  }

  check(line: ReadLeafLine): CheckedLeaf {
    const bytes = passingUtf8(line.entry)
    const hash = leafHash(this.#crypto, bytes)
    const { opened: read } = line
    if ('refused' in read || bytes.length > MAX_ENTRY_BYTES) {
      const reason = 'refused' in read ? read.refused : `the entry has ${bytes.length} bytes`
      this.#findings.add('ENTRY_MALFORMED', `leaf ${line.leaf}`, reason)
      return { hash, entry: null, state: undefined, secret: undefined }
    }
    const { entry } = read
    this.#checkChain(entry, hash, line.leaf)
    const state = this.#checkState(entry, line)
    const secret = this.#checkPrivate(entry, line)
    if (entry.type === TOMBSTONE && state !== undefined) {
      const target = readTombstone(state)
      if (target !== null) this.#erased.delete(nameOf(target))
    }
    return { hash, entry, state, secret }
  }

  /** Reports what is still open after the last leaf. */
  finish(): void {
    for (const [name, leaf] of this.#erased)
      this.#findings.add(
        'ERASED_WITHOUT_TOMBSTONE',
        `leaf ${leaf}`,
        `the private payload of ${name} is gone and no later entry says that it was erased`,
      )
  }

  #checkChain(entry: Entry, hash: Uint8Array, leaf: number): void {
    const head = this.#heads.get(entry.stream) ?? null
    if (!isNextOf(entry, head)) {
      const expected = (head?.seq ?? 0) + 1
      const name = `stream "${entry.stream}"`
      if (entry.seq !== expected)
        this.#findings.add(
          'STREAM_GAP',
          `leaf ${leaf}`,
          `expected seq ${expected} in ${name}, got ${entry.seq}`,
        )
      else {
        const before =
          head === null ? 'no entry stands before it' : `leaf ${head.leaf} is not the one it followed`
        this.#findings.add('STREAM_PREV', `leaf ${leaf}`, `in ${name}, seq ${entry.seq}: ${before}`)
      }
    }
    if (head === null) this.#heads.set(entry.stream, { seq: entry.seq, hash, leaf })
    else {
      head.seq = entry.seq
      head.hash = hash
      head.leaf = leaf
    }
  }

  #checkState(entry: Entry, line: ReadLeafLine): Json | undefined {
    const at = `leaf ${line.leaf}`
    if (line.state === null) {
      this.#findings.add('STATE_MISSING', at, `the state of ${nameOf(entry)} is not in the file`)
      return undefined
    }
    if (isStateOf(this.#crypto, entry, passingUtf8(line.state))) return line.values.state
    this.#findings.add('STATE_MISMATCH', at, `the state of ${nameOf(entry)} is not the one recorded`)
    return undefined
  }

  #checkPrivate(entry: Entry, line: ReadLeafLine): Json | undefined {
    const given = line.private
    const report = (code: FindingCode, means: string): undefined => {
      this.#findings.add(code, `leaf ${line.leaf}`, `the private payload of ${nameOf(entry)} ${means}`)
      return undefined
    }
    if (entry.private === null)
      return given === null ? undefined : report('PRIVATE_UNEXPECTED', 'was never recorded')
    if (given === null) return report('PRIVATE_MISSING', 'was recorded and is not in the file')
    if ('erased' in given) {
      this.#erased.set(nameOf(entry), line.leaf)
      return undefined
    }
    const salt = fromBase64(given.salt)
    const bytes = passingUtf8(given.text)
    if (salt !== null && isPrivateOf(this.#crypto, entry, { salt, bytes })) return line.values.secret
    return report('PRIVATE_MISMATCH', 'is not the one recorded')
  }
}

function nameOf(entry: { stream: string; seq: number }): string {
  return `"${entry.stream}" seq ${entry.seq}`
}
