/**
 * The export file: newline-delimited JSON, each line in canonical form, written and read as a stream. A full export
 * holds every leaf and proves by recomputation; a partial one holds some streams, each leaf with an inclusion proof.
 */
import { base64, fromBase64, hex, utf8 } from './bytes.ts'
import {
  canonicalize,
  canonicalizeSigned,
  type Digest,
  type Json,
  parseCanonical,
  rewrite,
} from './canonical.ts'
import type { Crypto } from './crypto.ts'
import { type Entry, readEntry } from './entry.ts'

export const EXPORT_FORMAT = 'countersign-trail-export/1'

/**
 * `origin` is the part without incarnation (`<site>/log`). `from` and `to` are leaf indexes, `to` not included.
 * `streams`: null in a full export, else the streams that a partial one holds, each from its first entry, sorted.
 */
export type ExportHeader = {
  format: typeof EXPORT_FORMAT
  kind: 'full' | 'partial'
  origin: string
  incarnations: number[]
  from: number
  to: number
  streams: string[] | null
  /** When it was written, in milliseconds since 1970: a remark, proven by nothing. */
  madeAt: number
}

/** The private payload beside its leaf: there (salt in base64), erased, or null where the entry has none. */
export type PrivateLine = { salt: string; text: string } | { erased: true } | null

/**
 * `entry`, `state` and `private.text` are the stored canonical texts, which stand in the line as they are. `state` is
 * null where it was left out. `proof`: in a partial export only.
 */
export type LeafLine = {
  leaf: number
  entry: string
  state: string | null
  private: PrivateLine
  proof?: Uint8Array[]
}

/** A leaf line as it was read, with the values of its texts; `opened` says why the entry is none. */
export type ReadLeafLine = LeafLine & {
  opened: { entry: Entry } | { refused: string }
  values: { state: Json | undefined; secret: Json | undefined }
}

/** How many lines of each kind stand in the file, and the running digest over all but the leaf lines. */
export type ExportEnd = { artifacts: number; checkpoints: number; digest: Digest; leaves: number }

export type ExportLine =
  | { is: 'header'; header: ExportHeader }
  | { is: 'leaf'; leaf: ReadLeafLine }
  | { is: 'checkpoint'; note: string }
  | { is: 'consistency'; size: number; proof: Uint8Array[] }
  | { is: 'artifact'; artifact: Json }
  | { is: 'end'; end: ExportEnd }

/** Writes the lines in the order of the calls; each line ends in a newline. Order: header first, `end` last. */
export type ExportWriter = {
  header(header: Omit<ExportHeader, 'format'>): string
  /** In ascending order. Throws a TypeError on a text that cannot be canonical JSON, since it holds a newline. */
  leaf(leaf: LeafLine): string
  /** Full: right after the last leaf it covers. Partial: once, before the leaves. */
  checkpoint(note: string): string
  /** Partial, after the checkpoint: that it only appended to the tree of `size` leaves that the auditor remembers. */
  consistency(size: number, proof: Uint8Array[]): string
  /** Whatever else the product needs for its own audit. */
  artifact(artifact: Json): string
  end(): string
}

export function createExportWriter(crypto: Crypto): ExportWriter {
  const counts = { artifacts: 0, checkpoints: 0, leaves: 0 }
  const digest = createFileDigest(crypto)
  const sealed = (value: Json): string => {
    const text = canonicalize(value)
    digest.add(text, counts.leaves)
    return `${text}\n`
  }
  return {
    header: (header) => sealed({ ...header, format: EXPORT_FORMAT }),
    leaf(leaf) {
      const text = leafText(leaf)
      if (text.includes('\n'))
        throw new TypeError(`expected canonical texts in leaf ${leaf.leaf}, got a newline`)
      counts.leaves++
      return `${text}\n`
    },
    checkpoint(note) {
      counts.checkpoints++
      return sealed({ checkpoint: note })
    },
    consistency: (size, proof) => sealed({ consistency: { proof: proof.map(base64), size } }),
    artifact(artifact) {
      counts.artifacts++
      return sealed({ artifact })
    },
    end: () => `${canonicalizeSigned({ end: { ...counts, digest: digest.value() } })}\n`,
  }
}

/**
 * The running digest over all lines but the leaves' (those prove themselves) and their places between the leaves. It
 * shows damage to what no signature covers; whoever forges a file can recompute it, so it is no proof.
 */
export function createFileDigest(crypto: Crypto): {
  add(line: string, leaves: number): void
  value(): Digest
} {
  let state: Uint8Array = utf8('trail/export/v1')
  return {
    add(line, leaves) {
      state = crypto.sha256(state, utf8(`\n${leaves}\n`), utf8(line))
    },
    value: () => `sha256:${hex(state)}`,
  }
}

/** Reads one line (without its newline) strictly. */
export function readExportLine(line: string): ExportLine | { refused: string } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { refused: 'the line is not JSON' }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { refused: 'the line is not an object' }
  const fields = value as Record<string, Json>
  if ('leaf' in fields) return readLeaf(line, fields)
  const read = parseCanonical(line, 'any')
  if ('refused' in read) return { refused: `the line is ${read.refused}` }
  return readOther(fields) ?? { refused: `"${Object.keys(fields).join()}" is no known kind of line` }
}

function readOther(fields: Record<string, Json>): ExportLine | null {
  const names = Object.keys(fields)
  if (names.join() === HEADER_FIELDS) return isHeader(fields) ? { is: 'header', header: fields } : null
  if (names.length !== 1) return null
  const { checkpoint, consistency, end } = fields
  if (typeof checkpoint === 'string') return { is: 'checkpoint', note: checkpoint }
  if ('artifact' in fields) return { is: 'artifact', artifact: fields['artifact'] as Json }
  if (isEnd(end)) return { is: 'end', end }
  if (isObject(consistency) && Object.keys(consistency).join() === 'proof,size') {
    const proof = readProof(consistency['proof'])
    const size = consistency['size']
    if (proof !== null && isCount(size)) return { is: 'consistency', size, proof }
  }
  return null
}

const HEADER_FIELDS = 'format,from,incarnations,kind,madeAt,origin,streams,to'

function isHeader(fields: Record<string, unknown>): fields is ExportHeader {
  const { format, kind, origin, incarnations, from, to, streams, madeAt } = fields
  return (
    format === EXPORT_FORMAT &&
    (kind === 'full' || kind === 'partial') &&
    typeof origin === 'string' &&
    Array.isArray(incarnations) &&
    incarnations.every(isCount) &&
    isCount(from) &&
    isCount(to) &&
    isCount(madeAt) &&
    (kind === 'full'
      ? streams === null
      : Array.isArray(streams) && streams.every((stream) => typeof stream === 'string'))
  )
}

function isEnd(value: unknown): value is ExportEnd {
  if (!isObject(value) || Object.keys(value).join() !== 'artifacts,checkpoints,digest,leaves') return false
  return (
    isCount(value['artifacts']) &&
    isCount(value['checkpoints']) &&
    isCount(value['leaves']) &&
    typeof value['digest'] === 'string'
  )
}

/** Leaf lines are nearly all of a file: parsed once, and their canonical form is checked by writing them again. */
function readLeaf(
  line: string,
  fields: Record<string, Json>,
): { is: 'leaf'; leaf: ReadLeafLine } | { refused: string } {
  const { leaf: index, entry, private: secret, proof, state } = fields
  const expected = 3 + (proof === undefined ? 0 : 1) + (state === undefined ? 0 : 1)
  if (!isCount(index) || entry === undefined || secret === undefined)
    return { refused: 'the leaf has no index, no entry or no word about private' }
  if (Object.keys(fields).length !== expected) return { refused: 'the leaf has a field that nobody knows' }
  try {
    const hidden = readPrivate(secret)
    if (hidden === undefined) return { refused: 'private is neither a payload, nor erased, nor null' }
    const read = readEntry(entry)
    const leaf: ReadLeafLine = {
      leaf: index,
      entry: 'refused' in read ? rewrite(entry) : read.text,
      state: state === undefined ? null : rewrite(state),
      private: hidden.line,
      opened: read,
      values: { state, secret: hidden.value },
    }
    if (proof !== undefined) {
      const hashes = readProof(proof)
      if (hashes === null) return { refused: 'the proof is not a list of hashes' }
      leaf.proof = hashes
    }
    return leafText(leaf) === line ? { is: 'leaf', leaf } : { refused: 'the line is not in canonical form' }
  } catch (error) {
    return { refused: (error as Error).message }
  }
}

function leafText({ entry, leaf, private: secret, proof, state }: LeafLine): string {
  const hashes = proof === undefined ? '' : `,"proof":${JSON.stringify(proof.map(base64))}`
  const last = state === null ? '' : `,"state":${state}`
  return `{"entry":${entry},"leaf":${leaf},"private":${privateText(secret)}${hashes}${last}}`
}

function privateText(secret: PrivateLine): string {
  if (secret === null) return 'null'
  if ('erased' in secret) return '{"erased":true}'
  return `{"payload":${secret.text},"salt":${JSON.stringify(secret.salt)}}`
}

function readPrivate(value: Json): { line: PrivateLine; value: Json | undefined } | undefined {
  if (value === null) return { line: null, value: undefined }
  if (!isObject(value)) return undefined
  const { erased, payload, salt } = value as Record<string, Json>
  const names = Object.keys(value).length
  if (erased === true && names === 1) return { line: { erased }, value: undefined }
  if (payload === undefined || typeof salt !== 'string' || names !== 2 || !salt.isWellFormed())
    return undefined
  return { line: { salt, text: rewrite(payload) }, value: payload }
}

function readProof(value: unknown): Uint8Array[] | null {
  if (!Array.isArray(value)) return null
  const hashes: Uint8Array[] = []
  for (const text of value) {
    const hash = typeof text === 'string' ? fromBase64(text) : null
    if (hash?.length !== 32) return null
    hashes.push(hash)
  }
  return hashes
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
