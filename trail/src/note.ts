/**
 * Signed notes (C2SP signed-note) with Ed25519 signatures (type 0x01) and cosignatures (C2SP tlog-cosignature, type
 * 0x04). Signatures by unknown keys are ignored; one bad signature by a known key refuses the whole note.
 */
import { base64, concat, equalBytes, fromBase64, fromUtf8, hex, utf8 } from './bytes.ts'
import type { Crypto, Sign } from './crypto.ts'
import { ed25519KeyProblem } from './ed25519-key.ts'

export type KeyType = 1 | 4

/** `id`: the first 4 bytes of SHA-256(name || 0x0A || type || key), in hex. */
export type VerifierKey = { name: string; id: string; type: KeyType; publicKey: Uint8Array }

/** A key that can sign: its name, its public half and a way to sign with the other. */
export type NoteSigner = { name: string; publicKey: Uint8Array; sign: Sign }

export type NoteSignature = { name: string; id: string; signature: Uint8Array }
export type Note = { text: string; signatures: NoteSignature[] }

/** Who signed. `time`: seconds since 1970, as stated by a cosignature; null for type 1. */
export type NoteVerdict = { key: VerifierKey; time: number | null }

const MAX_SIGNATURES = 100

/** Key names hold no spaces and no plus (C2SP signed-note, "Verifier keys"). */
export function isKeyName(name: string): boolean {
  return /^[^\s+\p{Cc}]+$/u.test(name) && name.isWellFormed()
}

function keyId(crypto: Crypto, name: string, type: KeyType, publicKey: Uint8Array): Uint8Array {
  return crypto.sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).subarray(0, 4)
}

/** `name+id+base64(type || key)`: the form in which a verifier key is told to others. */
export function formatVkey(crypto: Crypto, name: string, type: KeyType, publicKey: Uint8Array): string {
  if (!isKeyName(name)) throw new Error(`expected a key name without spaces and plus signs, got "${name}"`)
  const id = hex(keyId(crypto, name, type, publicKey))
  return `${name}+${id}+${base64(concat(Uint8Array.of(type), publicKey))}`
}

/** Reads a verifier key. Throws an Error that says what is wrong with it. */
export function parseVkey(crypto: Crypto, vkey: string): VerifierKey {
  const [, name = '', id = '', body = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(vkey) ?? []
  const bytes = fromBase64(body)
  if (!isKeyName(name) || bytes === null)
    throw new Error(`expected a verifier key "name+id+base64", got "${vkey}"`)
  const type = bytes[0]
  if (type !== 1 && type !== 4)
    throw new Error(`expected a verifier key of type 1 or 4, got type ${type} in "${vkey}"`)
  const publicKey = bytes.slice(1)
  const problem = ed25519KeyProblem(publicKey)
  if (problem !== null) throw new Error(`failed to read verifier key "${vkey}": ${problem}`)
  const expected = hex(keyId(crypto, name, type, publicKey))
  if (id !== expected) throw new Error(`expected key id ${expected}, got ${id} in "${vkey}"`)
  return { name, id, type, publicKey }
}

/** Signs `text` (it must end in a newline) with the log's own key: the whole note. */
export function signNote(crypto: Crypto, text: string, signer: NoteSigner): string {
  checkText(text)
  return `${text}\n${line(crypto, signer, 1, signer.sign(utf8(text)))}`
}

/** The line that a witness adds to a note. `time`: seconds since 1970. */
export function cosignatureLine(crypto: Crypto, text: string, signer: NoteSigner, time: number): string {
  checkText(text)
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError(`expected a time in seconds, got ${time}`)
  const stamp = new Uint8Array(8)
  for (let i = 7, rest = time; i >= 0; i--, rest = Math.floor(rest / 256)) stamp[i] = rest % 256
  return line(crypto, signer, 4, concat(stamp, signer.sign(cosigned(text, time))))
}

function line(crypto: Crypto, signer: NoteSigner, type: KeyType, blob: Uint8Array): string {
  if (!isKeyName(signer.name)) throw new Error(`expected a key name, got "${signer.name}"`)
  return `— ${signer.name} ${base64(concat(keyId(crypto, signer.name, type, signer.publicKey), blob))}\n`
}

function cosigned(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

function checkText(text: string): void {
  if (!text.endsWith('\n') || hasControls(text))
    throw new Error('expected a text that ends in a newline and holds no other control characters')
}

function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that a note must not hold
  return /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()
}

/** Takes a note apart without checking any signature. */
export function parseNote(input: Uint8Array | string): Note | { refused: string } {
  const note = typeof input === 'string' ? input : fromUtf8(input)
  if (note === null || hasControls(note)) return { refused: 'the note is not plain UTF-8 text' }
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return { refused: 'the note has no block of signatures' }
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES)
    return { refused: `expected at most ${MAX_SIGNATURES} signatures, got ${lines.length}` }
  const signatures: NoteSignature[] = []
  for (const text of lines) {
    const [, name = '', blob = ''] = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/u.exec(text) ?? []
    const bytes = fromBase64(blob)
    if (!isKeyName(name) || bytes === null || bytes.length < 5)
      return { refused: `"${text}" is not a signature line` }
    signatures.push({ name, id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4) })
  }
  return { text: note.slice(0, end + 1), signatures }
}

/** Opens a note with the keys one trusts. Each key counts once; `signers` may be empty. */
export function openNote(
  crypto: Crypto,
  input: Uint8Array | string,
  keys: readonly VerifierKey[],
): { text: string; signers: NoteVerdict[] } | { refused: string } {
  const note = parseNote(input)
  if ('refused' in note) return note
  const signers: NoteVerdict[] = []
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((known) => known.name === name && known.id === id)
    if (key === undefined || signers.some((signer) => signer.key === key)) continue
    const verdict = check(crypto, note.text, key, signature)
    if (verdict === null) return { refused: `the signature by "${name}" (key ${id}) does not hold` }
    signers.push(verdict)
  }
  return { text: note.text, signers }
}

function check(crypto: Crypto, text: string, key: VerifierKey, blob: Uint8Array): NoteVerdict | null {
  if (key.type === 1)
    return blob.length === 64 && crypto.verifyEd25519(key.publicKey, utf8(text), blob)
      ? { key, time: null }
      : null
  if (blob.length !== 72) return null
  let time = 0
  for (let i = 0; i < 8; i++) time = time * 256 + (blob[i] as number)
  if (!Number.isSafeInteger(time)) return null
  return crypto.verifyEd25519(key.publicKey, cosigned(text, time), blob.subarray(8)) ? { key, time } : null
}

/** How many different keys (not names) are among the signers of this type. */
export function countSigners(signers: readonly NoteVerdict[], type: KeyType): number {
  const different: Uint8Array[] = []
  for (const { key } of signers)
    if (key.type === type && !different.some((other) => equalBytes(other, key.publicKey)))
      different.push(key.publicKey)
  return different.length
}
