/**
 * Inclusion and consistency proofs: verified as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say (sizes as BigInt, since bit
 * operations on numbers wrap at 2^31; every hash must have 32 bytes), made from a tree kept in memory.
 */
import { equalBytes } from './bytes.ts'
import type { Crypto } from './crypto.ts'
import { emptyRoot, nodeHash } from './tree.ts'

export type Inclusion = {
  index: number | bigint
  size: number | bigint
  leaf: Uint8Array
  root: Uint8Array
  proof: readonly Uint8Array[]
}

/** Whether `leaf` stands at `index` in the tree of `size` leaves with this `root`. */
export function verifyInclusion(crypto: Crypto, claim: Inclusion): boolean {
  if (!areHashes([claim.leaf, claim.root, ...claim.proof])) return false
  let index = BigInt(claim.index)
  let last = BigInt(claim.size) - 1n
  if (index < 0n || index > last) return false
  let hash = claim.leaf
  for (const sibling of claim.proof) {
    if (last === 0n) return false
    if (isOdd(index) || index === last) {
      hash = nodeHash(crypto, sibling, hash)
      while (!isOdd(index) && index !== 0n) {
        index >>= 1n
        last >>= 1n
      }
    } else hash = nodeHash(crypto, hash, sibling)
    index >>= 1n
    last >>= 1n
  }
  return last === 0n && equalBytes(hash, claim.root)
}

export type Consistency = {
  oldSize: number | bigint
  oldRoot: Uint8Array
  newSize: number | bigint
  newRoot: Uint8Array
  proof: readonly Uint8Array[]
}

/**
 * Whether the new tree only appended to the old one. Growth from the empty tree is not provable and counts as false:
 * an empty old tree is no evidence.
 */
export function verifyConsistency(crypto: Crypto, claim: Consistency): boolean {
  const { oldRoot, newRoot, proof } = claim
  if (!areHashes([oldRoot, newRoot, ...proof])) return false
  const oldSize = BigInt(claim.oldSize)
  const newSize = BigInt(claim.newSize)
  if (oldSize < 0n || oldSize > newSize) return false
  if (oldSize === newSize)
    return (
      proof.length === 0 &&
      equalBytes(oldRoot, newRoot) &&
      (oldSize !== 0n || equalBytes(oldRoot, emptyRoot(crypto)))
    )
  if (oldSize === 0n || proof.length === 0) return false
  const isPowerOfTwo = (oldSize & (oldSize - 1n)) === 0n
  return climb(crypto, oldSize, newSize, isPowerOfTwo ? [oldRoot, ...proof] : proof, oldRoot, newRoot)
}

function climb(
  crypto: Crypto,
  oldSize: bigint,
  newSize: bigint,
  path: readonly Uint8Array[],
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
): boolean {
  let index = oldSize - 1n
  let last = newSize - 1n
  while (isOdd(index)) {
    index >>= 1n
    last >>= 1n
  }
  let oldHash = path[0] as Uint8Array
  let newHash = oldHash
  for (const sibling of path.slice(1)) {
    if (last === 0n) return false
    if (isOdd(index) || index === last) {
      oldHash = nodeHash(crypto, sibling, oldHash)
      newHash = nodeHash(crypto, sibling, newHash)
      while (!isOdd(index) && index !== 0n) {
        index >>= 1n
        last >>= 1n
      }
    } else newHash = nodeHash(crypto, newHash, sibling)
    index >>= 1n
    last >>= 1n
  }
  return last === 0n && equalBytes(oldHash, oldRoot) && equalBytes(newHash, newRoot)
}

/**
 * A whole tree in memory (64 bytes per leaf and some), for whoever makes proofs: each costs O(log n) hashes then.
 * Sizes and indexes out of range throw a RangeError.
 */
export class ProofTree {
  readonly #crypto: Crypto
  readonly #levels: Uint8Array[][] = [[]]

  constructor(crypto: Crypto, leafHashes: Iterable<Uint8Array> = []) {
    this.#crypto = crypto
    for (const hash of leafHashes) this.append(hash)
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0
  }

  append(leaf: Uint8Array): void {
    if (leaf.length !== 32) throw new RangeError(`expected a leaf hash of 32 bytes, got ${leaf.length}`)
    let hash = leaf
    for (let level = 0; ; level++) {
      this.#levels[level] ??= []
      const row = this.#levels[level] as Uint8Array[]
      row.push(hash)
      if (row.length % 2 === 1) return
      hash = nodeHash(this.#crypto, row.at(-2) as Uint8Array, hash)
    }
  }

  /** The root when the tree had `size` leaves. */
  root(size = this.size): Uint8Array {
    this.#inRange(0, size, this.size)
    return size === 0 ? emptyRoot(this.#crypto) : this.#subtree(0, size)
  }

  /** RFC 6962 section 2.1.1: the audit path of a leaf in the tree of `size` leaves. */
  inclusion(index: number, size = this.size): Uint8Array[] {
    this.#inRange(0, size, this.size)
    this.#inRange(0, index, size - 1)
    const proof: Uint8Array[] = []
    let [from, to] = [0, size]
    while (to - from > 1) {
      const middle = from + split(to - from)
      proof.push(index < middle ? this.#subtree(middle, to) : this.#subtree(from, middle))
      if (index < middle) to = middle
      else from = middle
    }
    return proof.reverse()
  }

  /** RFC 6962 section 2.1.2: proves that the tree of `newSize` only appended to the one of `oldSize` (from 1). */
  consistency(oldSize: number, newSize = this.size): Uint8Array[] {
    this.#inRange(1, newSize, this.size)
    this.#inRange(1, oldSize, newSize)
    const proof: Uint8Array[] = []
    let [from, to] = [0, newSize]
    while (oldSize !== to) {
      const middle = from + split(to - from)
      proof.push(oldSize <= middle ? this.#subtree(middle, to) : this.#subtree(from, middle))
      if (oldSize <= middle) to = middle
      else from = middle
    }
    if (from > 0) proof.push(this.#subtree(from, to))
    return proof.reverse()
  }

  /** The hash over leaves `from` to `to`, where `from` is a multiple of the largest power of two in reach. */
  #subtree(from: number, to: number): Uint8Array {
    const width = to - from
    const level = Math.log2(width)
    if (Number.isInteger(level)) return this.#levels[level]?.[from / width] as Uint8Array
    const middle = from + split(width)
    return nodeHash(this.#crypto, this.#subtree(from, middle), this.#subtree(middle, to))
  }

  #inRange(least: number, value: number, most: number): void {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`expected ${least} to ${most}, got ${value}`)
  }
}

/** The largest power of two below `width`. */
function split(width: number): number {
  let size = 1
  while (size * 2 < width) size *= 2
  return size
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n
}

function areHashes(hashes: readonly (Uint8Array | undefined)[]): boolean {
  return hashes.every((hash) => hash?.length === 32)
}
