/**
 * The offline verifier: reads an export line by line in flat memory and says what is wrong and where. It believes
 * nothing in the file but what follows from the auditor's own trust settings; no findings is the only "yes".
 */
import type { Json } from './canonical.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Crypto } from './crypto.ts'
import type { Entry } from './entry.ts'
import {
  createFileDigest,
  type ExportEnd,
  type ExportHeader,
  type ExportLine,
  type ReadLeafLine,
  readExportLine,
} from './export.ts'
import { type Finding, Findings } from './finding.ts'
import { REINCARNATION, readAnnouncement } from './incarnation.ts'
import { type BadLine, createLineSplitter } from './lines.ts'
import { readTrust, type Trust } from './trust.ts'
import { EntryChecker } from './verify-entries.ts'
import { LogChecker, type Rewind } from './verify-log.ts'

/** Where the product adds its own audit. Called in file order, for entries whose state is the recorded one. */
export type VerifierHooks = {
  /** `secret`: the private payload; undefined where there is none or it was erased. */
  onEntry?(entry: Entry, state: Json, more: { leaf: number; secret: Json | undefined }): void
  onArtifact?(artifact: Json): void
}

export type Report = {
  findings: Finding[]
  /** Findings beyond the first thousand are counted only. */
  findingsLeftOut: number
  leaves: number
  checkpoints: number
  streams: number
  /** The newest checkpoint that holds: what to remember for the next time. */
  head: Checkpoint | null
  rewinds: Rewind[]
}

/** Feed either `bytes` (in chunks as they come) or `line` (without its newline), not both; then `finish` once. */
export type Verifier = { bytes(chunk: Uint8Array): void; line(text: string): void; finish(): Report }

/** Throws an Error where the trust settings themselves are wrong; never on anything in the file. */
export function createVerifier(crypto: Crypto, trust: Trust, hooks: VerifierHooks = {}): Verifier {
  const verification = new Verification(crypto, trust, hooks)
  const splitter = createLineSplitter((line) =>
    typeof line === 'string' ? verification.line(line) : verification.badLine(line.bad),
  )
  return {
    bytes: splitter.push,
    line: (text) => verification.line(text),
    finish() {
      splitter.end()
      return verification.finish()
    },
  }
}

const BAD_LINES: Record<BadLine, string> = {
  'not-utf8': 'the line is not UTF-8',
  'too-long': 'the line is too long for an export',
  'no-newline': 'the last line has no end',
}

class Verification {
  readonly #findings = new Findings()
  readonly #hooks: VerifierHooks
  readonly #entries: EntryChecker
  readonly #log: LogChecker
  readonly #digest: ReturnType<typeof createFileDigest>
  readonly #site: string
  readonly #counts = { artifacts: 0, checkpoints: 0, leaves: 0 }
  #lines = 0
  #header: ExportHeader | null = null
  #end: ExportEnd | null = null
  #isTruncated = false

  constructor(crypto: Crypto, trust: Trust, hooks: VerifierHooks) {
    const read = readTrust(crypto, trust)
    this.#hooks = hooks
    this.#site = read.site
    this.#entries = new EntryChecker(crypto, this.#findings)
    this.#log = new LogChecker(crypto, read, this.#findings)
    this.#digest = createFileDigest(crypto)
  }

  line(text: string): void {
    this.#lines++
    const at = `line ${this.#lines}`
    if (this.#end !== null) {
      this.#findings.add('AFTER_END', at, 'this line stands behind the end')
      return
    }
    const read = text.isWellFormed() ? readExportLine(text) : { refused: 'the line holds a lone surrogate' }
    if ('refused' in read) {
      this.#findings.add('MALFORMED_LINE', at, read.refused)
      return
    }
    if ((read.is === 'header') !== (this.#lines === 1)) {
      const means = read.is === 'header' ? 'a second header' : 'the first line is no header'
      this.#findings.add('HEADER_MISSING', at, means)
    }
    if (read.is !== 'leaf' && read.is !== 'end') this.#digest.add(text, this.#counts.leaves)
    this.#take(read, at)
  }

  badLine(bad: BadLine): void {
    this.#lines++
    if (bad === 'no-newline') this.#isTruncated = true
    else this.#findings.add('MALFORMED_LINE', `line ${this.#lines}`, BAD_LINES[bad])
  }

  finish(): Report {
    const log = this.#log
    if (this.#end === null || this.#isTruncated) {
      const means = this.#isTruncated ? BAD_LINES['no-newline'] : 'the end with its counts is missing'
      this.#findings.add('TRUNCATED', `line ${this.#lines}`, means)
    }
    if (this.#end !== null) this.#checkEnd(this.#end)
    if (this.#header !== null) this.#checkHeader(this.#header)
    this.#entries.finish()
    log.finish()
    return {
      findings: this.#findings.kept,
      findingsLeftOut: this.#findings.leftOut,
      leaves: this.#counts.leaves,
      checkpoints: log.checkpoints,
      streams: this.#entries.streams.size,
      head: log.head,
      rewinds: log.rewinds,
    }
  }

  #take(line: ExportLine, at: string): void {
    switch (line.is) {
      case 'header':
        this.#header ??= line.header
        this.#log.partial = this.#header.kind === 'partial'
        break
      case 'leaf':
        this.#takeLeaf(line.leaf)
        break
      case 'checkpoint':
        this.#counts.checkpoints++
        this.#log.checkpoint(line.note, this.#lines)
        break
      case 'consistency':
        if (this.#log.partial) this.#log.consistency(line.size, line.proof, this.#lines)
        else this.#findings.add('MALFORMED_LINE', at, 'a full export holds no proofs')
        break
      case 'artifact':
        this.#counts.artifacts++
        this.#hooks.onArtifact?.(line.artifact)
        break
      case 'end':
        this.#end = line.end
    }
  }

  #takeLeaf(line: ReadLeafLine): void {
    this.#counts.leaves++
    const { hash, entry, state, secret } = this.#entries.check(line)
    if (entry?.type === REINCARNATION)
      this.#log.announce(line.leaf, state === undefined ? null : readAnnouncement(state))
    this.#log.leaf(line.leaf, hash, line.proof)
    if (entry === null) return
    this.#log.entry(line.leaf, entry)
    if (state !== undefined) this.#hooks.onEntry?.(entry, state, { leaf: line.leaf, secret })
  }

  #checkEnd(end: ExportEnd): void {
    for (const name of ['leaves', 'checkpoints', 'artifacts'] as const)
      if (end[name] !== this.#counts[name])
        this.#findings.add(
          'COUNT_MISMATCH',
          'file',
          `expected ${end[name]} ${name}, got ${this.#counts[name]}`,
        )
    if (end.digest !== this.#digest.value())
      this.#findings.add('FILE_CHANGED', 'file', 'a line other than a leaf differs from what was written')
  }

  #checkHeader(header: ExportHeader): void {
    const differs = (what: string, expected: string, actual: string): void => {
      if (expected !== actual)
        this.#findings.add('HEADER_MISMATCH', 'line 1', `expected ${what} ${expected}, got ${actual}`)
    }
    if (header.origin !== `${this.#site}/log`) {
      const means = `expected "${this.#site}/log", got "${header.origin}"`
      this.#findings.add('WRONG_ORIGIN', 'line 1', means)
    }
    differs('from', '0', String(header.from))
    const to = header.kind === 'full' ? this.#log.next : (this.#log.head?.size ?? 0)
    differs('to', String(header.to), String(to))
    differs('incarnations', header.incarnations.join(), this.#log.incarnations.join())
    if (header.streams === null) return
    differs('streams', header.streams.join(), [...this.#entries.streams.keys()].sort().join())
  }
}
