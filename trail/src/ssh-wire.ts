/** Reads the SSH wire format (RFC 4251 section 5) strictly: what is short, or too long, has no value. */
import { concat, fromUtf8, utf8 } from './bytes.ts'

/** A reader over bytes; each `take` answers null once the bytes do not suffice. */
export class WireReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether nothing is left. */
  get isDone(): boolean {
    return this.#at === this.#bytes.length
  }

  raw(length: number): Uint8Array | null {
    if (this.#bytes.length - this.#at < length) return null
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  uint32(): number | null {
    const four = this.raw(4)
    if (four === null) return null
    return four.reduce((value, byte) => value * 256 + byte, 0)
  }

  string(): Uint8Array | null {
    const length = this.uint32()
    return length === null ? null : this.raw(length)
  }

  text(): string | null {
    const bytes = this.string()
    return bytes === null ? null : fromUtf8(bytes)
  }
}

/** A length in 4 bytes, then the bytes. */
export function wireString(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? utf8(value) : value
  const { length } = bytes
  return concat(
    Uint8Array.of(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255),
    bytes,
  )
}

/** The 32 bytes of a positive multiple-precision integer in its one shortest form; null for anything else. */
export function scalarOf(mpint: Uint8Array): Uint8Array | null {
  const [first, second] = mpint
  if (first === undefined || first > 127) return null
  if (first === 0 && (second === undefined || second < 128)) return null
  const digits = first === 0 ? mpint.subarray(1) : mpint
  if (digits.length > 32) return null
  const scalar = new Uint8Array(32)
  scalar.set(digits, 32 - digits.length)
  return scalar
}
