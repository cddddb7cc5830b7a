/**
 * Checks the log as a whole: leaves in order, every checkpoint signed by a trusted key and equal to what the leaves add
 * up to, incarnations announced, witnesses, remembered heads, times. Keeps a compact range and a handful of numbers.
 */
import { base64, equalBytes } from './bytes.ts'
import { type Checkpoint, parseCheckpoint, readOrigin } from './checkpoint.ts'
import type { Crypto } from './crypto.ts'
import type { Entry } from './entry.ts'
import type { Findings } from './finding.ts'
import { type Announcement, announcementProblem } from './incarnation.ts'
import { type NoteVerdict, openNote, parseNote } from './note.ts'
import { verifyConsistency, verifyInclusion } from './proof.ts'
import { CompactRange } from './tree.ts'
import { type Pin, quorumTime, type ReadTrust } from './trust.ts'

/** A restart of the log that lost entries `from` to `to` (not included), as announced at `leaf`. */
export type Rewind = { incarnation: number; leaf: number; from: number; to: number }

export class LogChecker {
  readonly #crypto: Crypto
  readonly #trust: ReadTrust
  readonly #findings: Findings
  readonly #range: CompactRange
  readonly #pins: Pin[]
  readonly #explained: Checkpoint[] = []
  readonly rewinds: Rewind[] = []
  readonly incarnations: number[] = []
  /** A partial export: one checkpoint first, then leaves with proofs. */
  partial = false
  /** The newest checkpoint that holds. */
  head: Checkpoint | null = null
  checkpoints = 0
  #next = 0
  #broken = false
  #claimed = 0
  #incarnation = 1
  #quorumSize = -1
  #seenAt: number | null = null
  #lastAt: number | null = null
  #latest = { at: -1, leaf: -1 }

  constructor(crypto: Crypto, trust: ReadTrust, findings: Findings) {
    this.#crypto = crypto
    this.#trust = trust
    this.#findings = findings
    this.#range = new CompactRange(crypto)
    this.#pins = [...trust.pins]
  }

  /** One past the last leaf's index. */
  get next(): number {
    return this.#next
  }

  leaf(index: number, hash: Uint8Array, proof: Uint8Array[] | undefined): void {
    const at = `leaf ${index}`
    if (this.partial) {
      if (index < this.#next) this.#findings.add('LEAF_ORDER', at, `expected a leaf from ${this.#next} on`)
      this.#next = index + 1
      if (this.head === null) return
      const { size, root } = this.head
      if (!verifyInclusion(this.#crypto, { index, size, leaf: hash, root, proof: proof ?? [] }))
        this.#findings.add('INCLUSION', at, `the proof does not lead to the root of size ${size}`)
      return
    }
    if (proof !== undefined) this.#findings.add('MALFORMED_LINE', at, 'a full export holds no proofs')
    if (index !== this.#next) {
      this.#findings.add('LEAF_ORDER', at, `expected leaf ${this.#next}, got leaf ${index}`)
      this.#broken = true
    }
    this.#next = index + 1
    this.#range.append(hash)
    this.#comparePins()
  }

  /** The times and order that an entry claims. */
  entry(index: number, entry: Entry): void {
    const { now, maxLagMs, skewMs } = this.#trust
    this.#lastAt = entry.at
    if (entry.at > this.#latest.at) this.#latest = { at: entry.at, leaf: index }
    if (now !== null && entry.at > now + skewMs)
      this.#findings.add('POSTDATED', `leaf ${index}`, `the entry says ${iso(entry.at)}, it is ${iso(now)}`)
    if (!this.partial && this.#seenAt !== null && entry.at < this.#seenAt - maxLagMs) {
      const before = `witnesses saw the log without it at ${iso(this.#seenAt)}`
      this.#findings.add('BACKDATED', `leaf ${index}`, `the entry says ${iso(entry.at)}, but ${before}`)
    }
    if (this.partial) this.#checkPostdated()
  }

  /** An entry that starts the next incarnation. `index`: its leaf. */
  announce(index: number, announced: Announcement | null): void {
    const at = `leaf ${index}`
    if (announced === null) {
      this.#findings.add('INCARNATION_ORDER', at, 'the announcement does not name the old head')
      return
    }
    const { incarnation, previous } = announced
    if (!this.partial) {
      const known = { site: this.#trust.site, incarnation: this.#incarnation, head: this.head }
      const problem = announcementProblem(announced, known)
      if (problem !== null) this.#findings.add('INCARNATION_ORDER', at, problem)
      const head = this.head
      if (head?.size === previous.size && !equalBytes(head.root, previous.root))
        this.#findings.add('INCARNATION_ORDER', at, `the old head of size ${head.size} has another root`)
    }
    this.#incarnation = incarnation
    if (previous.size <= index) return
    this.rewinds.push({ incarnation, leaf: index, from: index, to: previous.size })
    if (this.#trust.acceptedRewinds.includes(incarnation)) this.#explained.push(previous)
    else this.#findings.add('LOG_REWOUND', at, `the log went back from ${previous.size} to ${index} entries`)
  }

  checkpoint(note: string, line: number): void {
    const at = `line ${line}`
    this.checkpoints++
    const opened = this.#open(note, at)
    if (opened === null) return
    const { checkpoint, signers } = opened
    if (!this.#isFromThisLog(checkpoint, signers)) return
    const place = `checkpoint ${checkpoint.size}`
    this.#claimed = Math.max(this.#claimed, checkpoint.size)
    if (this.partial ? !this.#isOnly(place) : !this.#fitsLeaves(checkpoint, place)) return
    this.head = checkpoint
    const incarnation = readOrigin(checkpoint.origin)?.incarnation ?? 0
    if (this.incarnations.at(-1) !== incarnation) this.incarnations.push(incarnation)
    const time = quorumTime(signers, this.#trust.quorum)
    if (time !== null) {
      this.#quorumSize = checkpoint.size
      this.#seenAt = time
      if (!this.partial) this.#checkPostdated()
    }
    this.#comparePins()
  }

  /** Partial exports: that the head only appended to a remembered tree. */
  consistency(oldSize: number, proof: Uint8Array[], line: number): void {
    const { head } = this
    const at = this.#pins.findIndex((pin) => pin.size === oldSize)
    const pin = this.#pins[at]
    if (head === null || pin === undefined) return
    const claim = { oldSize, oldRoot: pin.root, newSize: head.size, newRoot: head.root, proof }
    if (!verifyConsistency(this.#crypto, claim)) {
      const means = `the head of size ${head.size} does not continue the one you remember of size ${oldSize}`
      this.#findings.add('FORK_VS_PINNED', `line ${line}`, means)
    }
    this.#pins.splice(at, 1)
  }

  finish(): void {
    const { head } = this
    if (head === null) this.#findings.add('NO_CHECKPOINT', 'file', 'no checkpoint in this file holds')
    if (!this.partial && this.#claimed < this.#next) {
      const count = this.#next - this.#claimed
      const means = `${count} ${count === 1 ? 'leaf stands' : 'leaves stand'} behind the last checkpoint`
      this.#findings.add('UNCOVERED_TAIL', span(this.#claimed, this.#next), means)
    }
    if (head !== null && this.#trust.quorum > 0 && this.#quorumSize < head.size) {
      const seen = this.#quorumSize < 0 ? 'none' : `only the one of size ${this.#quorumSize}`
      const means = `expected ${this.#trust.quorum} witnesses on the head, but ${seen} has as many`
      this.#findings.add('WITNESS_QUORUM', `checkpoint ${head.size}`, means)
    }
    this.#finishPins()
    this.#checkAge()
  }

  #open(note: string, at: string): { checkpoint: Checkpoint; signers: NoteVerdict[] } | null {
    const parsed = parseNote(note)
    const checkpoint = 'refused' in parsed ? parsed : parseCheckpoint(parsed.text)
    if ('refused' in checkpoint) {
      this.#findings.add('CHECKPOINT_MALFORMED', at, checkpoint.refused)
      return null
    }
    const opened = openNote(this.#crypto, note, [...this.#trust.logKeys, ...this.#trust.witnessKeys])
    if ('refused' in opened) {
      this.#findings.add('CHECKPOINT_SIGNATURE', at, opened.refused)
      return null
    }
    return { checkpoint, signers: opened.signers }
  }

  #isFromThisLog({ origin, size }: Checkpoint, signers: NoteVerdict[]): boolean {
    const at = `checkpoint ${size}`
    const read = readOrigin(origin)
    if (read?.site !== this.#trust.site) {
      this.#findings.add('WRONG_ORIGIN', at, `expected "${this.#trust.site}/log/...", got "${origin}"`)
      return false
    }
    if (!signers.some(({ key }) => key.type === 1 && key.name === origin)) {
      this.#findings.add('NO_LOG_SIGNATURE', at, `no trusted key signed for "${origin}"`)
      return false
    }
    if (this.partial || read.incarnation === this.#incarnation) return true
    const expected = `expected incarnation ${this.#incarnation}, got ${read.incarnation}`
    if (read.incarnation > this.#incarnation)
      this.#findings.add('INCARNATION_UNANNOUNCED', at, `${expected}: no entry announced it`)
    else this.#findings.add('INCARNATION_ORDER', at, expected)
    return false
  }

  #isOnly(place: string): boolean {
    if (this.head === null && this.#next === 0) return true
    this.#findings.add('CHECKPOINT_ORDER', place, 'a partial export has one checkpoint, before its leaves')
    return false
  }

  #fitsLeaves({ size, root }: Checkpoint, place: string): boolean {
    const before = this.head?.size ?? -1
    if (size <= before || size < this.#next) {
      const means = `it stands behind ${size <= before ? `the one of size ${before}` : `leaf ${this.#next - 1}`}`
      this.#findings.add('CHECKPOINT_ORDER', place, means)
      return false
    }
    if (size > this.#next) {
      this.#findings.add(
        'MISSING_LEAVES',
        span(this.#next, size),
        `it covers ${size} leaves, here are ${this.#next}`,
      )
      this.#broken = true
      return false
    }
    if (this.#broken) return false
    const actual = this.#range.root()
    if (equalBytes(actual, root)) return true
    const means = `expected root ${base64(root)} at size ${size}, got ${base64(actual)}`
    this.#findings.add('ROOT_MISMATCH', span(Math.max(before, 0), size), means)
    this.#broken = true
    return false
  }

  /** Compares the remembered heads that have the size reached now. */
  #comparePins(): void {
    const size = this.partial ? (this.head?.size ?? -1) : this.#next
    while (this.#pins[0] !== undefined && this.#pins[0].size === size) {
      const pin = this.#pins.shift() as Pin
      const root = this.partial ? (this.head as Checkpoint).root : this.#range.root()
      if (!equalBytes(root, pin.root) && !this.#isExplained(pin)) {
        const means = `you remember root ${base64(pin.root)}, here it is ${base64(root)}`
        this.#findings.add('FORK_VS_PINNED', `checkpoint ${size}`, means)
      }
    }
  }

  #finishPins(): void {
    const size = this.partial ? (this.head?.size ?? 0) : this.#next
    for (const pin of this.#pins)
      if (pin.size > size) {
        if (!this.#isExplained(pin))
          this.#findings.add(
            'SHORTER_THAN_PINNED',
            'file',
            `you remember ${pin.size} leaves, here are ${size}`,
          )
      } else
        this.#findings.add(
          'PIN_UNPROVEN',
          'file',
          `nothing here ties the head to the one of size ${pin.size}`,
        )
  }

  #isExplained(pin: Pin): boolean {
    return this.#explained.some((head) => head.size === pin.size && equalBytes(head.root, pin.root))
  }

  #checkPostdated(): void {
    const { at, leaf } = this.#latest
    if (this.#seenAt === null || at <= this.#seenAt + 999 + this.#trust.skewMs) return
    const means = `the entry says ${iso(at)}, but witnesses saw it at ${iso(this.#seenAt)}`
    this.#findings.add('POSTDATED', `leaf ${leaf}`, means)
    this.#latest = { at: -1, leaf: -1 }
  }

  /** By the witnesses' time where a quorum signed the head; else by the log's own word, the last entry's time. */
  #checkAge(): void {
    const { now, maxAgeMs } = this.#trust
    const isSeen = this.#seenAt !== null && this.#quorumSize === this.head?.size
    const time = isSeen ? this.#seenAt : this.#lastAt
    if (now === null || maxAgeMs === null || time === null || now - time <= maxAgeMs) return
    const means = `the head is from ${iso(time)}, ${now - time} ms ago; allowed are ${maxAgeMs} ms`
    this.#findings.add('STALE', this.head === null ? 'file' : `checkpoint ${this.head.size}`, means)
  }
}

function span(from: number, to: number): string {
  return to - from <= 1 ? `leaf ${from}` : `leaves ${from} to ${to - 1}`
}

function iso(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`
}
