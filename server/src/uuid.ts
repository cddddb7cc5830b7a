/** UUIDv7 (RFC 9562): sorts by time. `derived` makes the same id from the same words, for writes that are repeated. */
import { createHash, randomBytes } from 'node:crypto'

export function uuid(now: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  return format(bytes, 0x70)
}

/** Version 8 (custom): 122 bits of SHA-256 over the words. */
export function derived(...words: string[]): string {
  return format(createHash('sha256').update(words.join('\n')).digest().subarray(0, 16), 0x80)
}

function format(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | version
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
