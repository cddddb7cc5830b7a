/** A small honest log with everything in it, and ways to write it to a file: the ground for tests that lie. */
import { base64, hex, utf8 } from '../bytes.ts'
import { canonicalizeSigned, type Json } from '../canonical.ts'
import { type Checkpoint, checkpointText, originOf, signCheckpoint } from '../checkpoint.ts'
import { NO_PREVIOUS, sealEntry, TOMBSTONE } from '../entry.ts'
import { createExportWriter, type LeafLine } from '../export.ts'
import { announcementState, REINCARNATION } from '../incarnation.ts'
import { cosignatureLine, formatVkey } from '../note.ts'
import { ProofTree } from '../proof.ts'
import type { Trust } from '../trust.ts'
import { createVerifier, type Report } from '../verify.ts'
import { ed25519FromSeed, nodeCrypto } from './node-crypto.ts'

export const SITE = 'lab.example'
export const START = 1_700_000_000_000
const STEP = 1000

export const logKey = ed25519FromSeed(new Uint8Array(32).fill(1))
export const strangerKey = ed25519FromSeed(new Uint8Array(32).fill(2))
export const witnesses = [3, 4, 5].map((n) => ({
  name: `witness-${n}.example`,
  ...ed25519FromSeed(new Uint8Array(32).fill(n)),
}))

export type Leaf = LeafLine & { hash: Uint8Array }
export type Event = {
  stream: string
  type: string
  state: Json
  secret?: Json
  isErased?: boolean
  at?: number
}

/** Seals events into leaves, stream by stream, one second apart. */
export function sealLog(events: Event[], leaves: Leaf[] = []): Leaf[] {
  const heads = new Map<string, { seq: number; hash: Uint8Array }>()
  for (const { entry, hash } of leaves) {
    const { stream, seq } = JSON.parse(entry) as { stream: string; seq: number }
    heads.set(stream, { seq, hash })
  }
  for (const { stream, type, state, secret, isErased, at } of events) {
    const leaf = leaves.length
    const head = heads.get(stream)
    const fields = {
      stream,
      seq: (head?.seq ?? 0) + 1,
      prev: head === undefined ? NO_PREVIOUS : hex(head.hash),
      at: at ?? START + STEP * leaf,
      type,
      actor: { kind: 'tester', id: 'tester-1' },
    }
    const stateText = canonicalizeSigned(state)
    const salt = new Uint8Array(16).fill(leaf)
    const text = secret === undefined ? '' : canonicalizeSigned(secret)
    const hidden = secret === undefined ? undefined : { salt, bytes: utf8(text) }
    const sealed = sealEntry(nodeCrypto, fields, utf8(stateText), hidden)
    const shown = isErased ? { erased: true as const } : { salt: base64(salt), text }
    heads.set(stream, { seq: fields.seq, hash: sealed.leafHash })
    leaves.push({
      leaf,
      entry: sealed.text,
      state: stateText,
      private: secret === undefined ? null : shown,
      hash: sealed.leafHash,
    })
  }
  return leaves
}

export const EVENTS: Event[] = [
  { stream: 'a', type: 'opened', state: { count: 1, note: 'größer "als" \\ud800' } },
  { stream: 'b', type: 'opened', state: { list: [1, 2, 3], z: null }, secret: { name: 'Ünïcode', n: 1 } },
  { stream: 'a', type: 'changed', state: { count: 2 }, secret: { text: 'gone' }, isErased: true },
  { stream: 'b', type: 'changed', state: { list: [] } },
  { stream: 'a', type: TOMBSTONE, state: { stream: 'a', seq: 2, basis: 'asked' } },
  { stream: 'c', type: 'opened', state: {} },
  { stream: 'a', type: 'closed', state: { count: 4 }, secret: 'last words' },
]

export function headOf(leaves: Leaf[], size = leaves.length, incarnation = 1): Checkpoint {
  const tree = new ProofTree(
    nodeCrypto,
    leaves.map((leaf) => leaf.hash),
  )
  return { origin: originOf(SITE, incarnation), size, root: tree.root(size) }
}

/** Signed by the log and `quorum` witnesses, a second after the newest entry. */
export function noteOf(head: Checkpoint, cosigners = 2, key = logKey): string {
  const text = checkpointText(head)
  const time = Math.ceil((START + STEP * head.size) / 1000)
  const lines = witnesses
    .slice(0, cosigners)
    .map((witness) => cosignatureLine(nodeCrypto, text, witness, time))
  return signCheckpoint(nodeCrypto, head, key) + lines.join('')
}

export type Written = { leaves: Leaf[]; notes: Map<number, string>; incarnations?: number[] }

export function honest(): Written {
  const leaves = sealLog(EVENTS)
  return { leaves, notes: new Map([3, 7].map((size) => [size, noteOf(headOf(leaves, size))])) }
}

/** The lines of a full export. Counts and running digest are right for whatever it is given. */
export function writeFull({ leaves, notes, incarnations = [1] }: Written): string[] {
  const writer = createExportWriter(nodeCrypto)
  const last = leaves.at(-1)
  const lines = [
    writer.header({
      kind: 'full',
      origin: `${SITE}/log`,
      incarnations,
      from: 0,
      to: last === undefined ? 0 : last.leaf + 1,
      streams: null,
      madeAt: START,
    }),
  ]
  const empty = notes.get(0)
  if (empty !== undefined) lines.push(writer.checkpoint(empty))
  for (const { hash: _, ...leaf } of leaves) {
    lines.push(writer.leaf(leaf))
    const note = notes.get(leaf.leaf + 1)
    if (note !== undefined) lines.push(writer.checkpoint(note))
  }
  for (const [size, note] of notes) if (size > (last?.leaf ?? -1) + 1) lines.push(writer.checkpoint(note))
  lines.push(writer.artifact({ kind: 'example', ratio: 0.5 }), writer.end())
  return lines
}

/** The lines of a partial export of some streams, with the consistency proof from `since` if asked for. */
export function writePartial(leaves: Leaf[], streams: string[], note: string, since?: number): string[] {
  const tree = new ProofTree(
    nodeCrypto,
    leaves.map((leaf) => leaf.hash),
  )
  const writer = createExportWriter(nodeCrypto)
  const to = leaves.length
  const about = { kind: 'partial' as const, origin: `${SITE}/log`, incarnations: [1], from: 0, to }
  const lines = [writer.header({ ...about, streams, madeAt: START }), writer.checkpoint(note)]
  if (since !== undefined) lines.push(writer.consistency(since, tree.consistency(since)))
  for (const { hash: _, ...leaf } of leaves)
    if (streams.includes((JSON.parse(leaf.entry) as { stream: string }).stream))
      lines.push(writer.leaf({ ...leaf, proof: tree.inclusion(leaf.leaf) }))
  lines.push(writer.end())
  return lines
}

/** After a restore to `kept` leaves: the log goes on as the next incarnation and says which head it had. */
export function reincarnate(leaves: Leaf[], kept: number, previous: Checkpoint, incarnation = 2): Leaf[] {
  const state = announcementState({ incarnation, previous })
  return sealLog([{ stream: 'log', type: REINCARNATION, state }], leaves.slice(0, kept))
}

export const TRUST: Trust = {
  vkeys: [1, 2].map((n) => formatVkey(nodeCrypto, originOf(SITE, n), 1, logKey.publicKey)),
  witnesses: witnesses.map(({ name, publicKey }) => formatVkey(nodeCrypto, name, 4, publicKey)),
  quorum: 2,
}

/** The honest head at a size, as an auditor remembers it. */
export function pinOf(leaves: Leaf[], size: number): { size: number; root: string } {
  return { size, root: base64(headOf(leaves, size).root) }
}

/** Verifies lines as they were written. */
export function verify(lines: string[], trust: Trust = TRUST): Report {
  const verifier = createVerifier(nodeCrypto, trust)
  for (const line of lines) verifier.line(line.replace(/\n$/, ''))
  return verifier.finish()
}

/** Findings in short: code and place. */
export function found(report: Report): string[] {
  return report.findings.map(({ code, at }) => `${code} ${at}`)
}
