/**
 * The Merkle tree of RFC 6962 section 2.1. `CompactRange` carries just what an append needs: O(log n) hashes,
 * which is what a sequencer stores and a verifier keeps, however long the log grows.
 */
import { base64, fromBase64 } from './bytes.ts'
import type { Crypto } from './crypto.ts'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** SHA-256(0x00 || entry). */
export function leafHash(crypto: Crypto, entry: Uint8Array): Uint8Array {
  return crypto.sha256(LEAF, entry)
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(NODE, left, right)
}

/** The root of the empty tree: SHA-256 of nothing. */
export function emptyRoot(crypto: Crypto): Uint8Array {
  return crypto.sha256()
}

/** `hashes`: the roots of the perfect subtrees, largest first, one per set bit of `size`, in base64. */
export type SavedRange = { size: number; hashes: string[] }

export class CompactRange {
  readonly #crypto: Crypto
  readonly #hashes: Uint8Array[] = []
  #size = 0

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** How many leaves it covers. */
  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    if (leaf.length !== 32) throw new RangeError(`expected a leaf hash of 32 bytes, got ${leaf.length}`)
    let hash = leaf
    for (let n = this.#size; n % 2 === 1; n = (n - 1) / 2)
      hash = nodeHash(this.#crypto, this.#hashes.pop() as Uint8Array, hash)
    this.#hashes.push(hash)
    this.#size++
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined
    for (let i = this.#hashes.length - 1; i >= 0; i--) {
      const left = this.#hashes[i] as Uint8Array
      root = root === undefined ? left : nodeHash(this.#crypto, left, root)
    }
    return root ?? emptyRoot(this.#crypto)
  }

  save(): SavedRange {
    return { size: this.#size, hashes: this.#hashes.map(base64) }
  }

  /** Throws where the number or the form of the hashes does not fit the size. */
  static restore(crypto: Crypto, saved: SavedRange): CompactRange {
    const range = new CompactRange(crypto)
    if (!Number.isSafeInteger(saved.size) || saved.size < 0)
      throw new RangeError(`expected a tree size, got ${saved.size}`)
    const expected = saved.size.toString(2).replaceAll('0', '').length
    if (saved.hashes.length !== expected)
      throw new RangeError(`expected ${expected} hashes at size ${saved.size}, got ${saved.hashes.length}`)
    for (const text of saved.hashes) {
      const hash = fromBase64(text)
      if (hash?.length !== 32) throw new RangeError(`expected a hash of 32 bytes in base64, got "${text}"`)
      range.#hashes.push(hash)
    }
    range.#size = saved.size
    return range
  }
}
