import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes, utf8 } from './bytes.ts'
import { ProofTree, verifyConsistency, verifyInclusion } from './proof.ts'
import { nodeCrypto } from './testing/node-crypto.ts'
import { CompactRange, emptyRoot, leafHash, nodeHash } from './tree.ts'

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(nodeCrypto, utf8(`leaf ${i}`)))
const tree = new ProofTree(nodeCrypto, leaves)

/** RFC 6962 section 2.1, word for word. */
function definition(hashes: Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot(nodeCrypto)
  if (hashes.length === 1) return hashes[0] as Uint8Array
  let k = 1
  while (k * 2 < hashes.length) k *= 2
  return nodeHash(nodeCrypto, definition(hashes.slice(0, k)), definition(hashes.slice(k)))
}

describe('the root', () => {
  test('is what the RFC defines, from both trees, at every size, also after a restore', () => {
    let range = new CompactRange(nodeCrypto)
    for (let size = 0; size <= leaves.length; size++) {
      const root = definition(leaves.slice(0, size))
      expect(equalBytes(range.root(), root)).toBe(true)
      expect(equalBytes(tree.root(size), root)).toBe(true)
      range = CompactRange.restore(nodeCrypto, JSON.parse(JSON.stringify(range.save())))
      expect(range.size).toBe(size)
      if (size < leaves.length) range.append(leaves[size] as Uint8Array)
    }
  })

  test('is refused from a saved range that does not fit its size', () => {
    const saved = { size: 3, hashes: [0, 1].map(() => 'A'.repeat(43).concat('=')) }
    expect(CompactRange.restore(nodeCrypto, saved).size).toBe(3)
    for (const bad of [
      { ...saved, size: 4 },
      { ...saved, size: -1 },
      { ...saved, size: 2.5 },
      { size: 1, hashes: ['AAAA'] },
      { size: 1, hashes: ['x'] },
    ])
      expect(() => CompactRange.restore(nodeCrypto, bad)).toThrow(RangeError)
    expect(() => new CompactRange(nodeCrypto).append(new Uint8Array(31))).toThrow('32 bytes')
    expect(() => tree.inclusion(70)).toThrow(RangeError)
    expect(() => tree.consistency(0)).toThrow(RangeError)
    expect(() => tree.root(71)).toThrow(RangeError)
  })
})

test('every inclusion proof verifies, for its leaf, place, size and root only', () => {
  for (let size = 1; size <= 40; size++)
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] as Uint8Array
      const claim = { index, size, leaf, root: tree.root(size), proof: tree.inclusion(index, size) }
      expect(verifyInclusion(nodeCrypto, claim)).toBe(true)
      const { proof } = claim
      for (const lie of [
        { ...claim, index: index + 1 },
        { ...claim, index: index - 1 },
        { ...claim, size: index },
        { ...claim, leaf: leaves[index + 1] as Uint8Array },
        { ...claim, leaf: new Uint8Array(0) },
        { ...claim, root: tree.root(size - 1) },
        { ...claim, proof: [...proof, leaf] },
        { ...claim, proof: proof.length > 0 ? proof.slice(1) : [leaf] },
        { ...claim, proof: proof.length > 0 ? proof.with(0, new Uint8Array(31)) : [leaf] },
      ])
        expect(verifyInclusion(nodeCrypto, lie)).toBe(false)
    }
})

test('every consistency proof verifies, for its two trees only', () => {
  for (let newSize = 1; newSize <= 40; newSize++)
    for (let oldSize = 1; oldSize <= newSize; oldSize++) {
      const proof = tree.consistency(oldSize, newSize)
      const claim = { oldSize, oldRoot: tree.root(oldSize), newSize, newRoot: tree.root(newSize), proof }
      expect(verifyConsistency(nodeCrypto, claim)).toBe(true)
      const extra = leaves[0] as Uint8Array
      for (const lie of [
        { ...claim, oldRoot: tree.root(oldSize - 1) },
        { ...claim, newRoot: tree.root(newSize + 1) },
        { ...claim, proof: [...proof, extra] },
        { ...claim, proof: proof.length > 0 ? proof.slice(0, -1) : [extra] },
        { ...claim, oldSize: newSize + 1 },
        { ...claim, oldSize: -1 },
      ])
        expect(verifyConsistency(nodeCrypto, lie)).toBe(false)
    }
})

test('an empty old tree is no evidence', () => {
  const empty = emptyRoot(nodeCrypto)
  const claim = { oldSize: 0, oldRoot: empty, newSize: 0, newRoot: empty, proof: [] }
  expect(verifyConsistency(nodeCrypto, claim)).toBe(true)
  expect(verifyConsistency(nodeCrypto, { ...claim, newSize: 1, newRoot: tree.root(1) })).toBe(false)
  const grown = { ...claim, newSize: 2, newRoot: tree.root(2), proof: [tree.root(1)] }
  expect(verifyConsistency(nodeCrypto, grown)).toBe(false)
  const other = tree.root(1)
  expect(verifyConsistency(nodeCrypto, { ...claim, oldRoot: other, newRoot: other })).toBe(false)
})

test('sizes beyond 2^31 and 2^53 do not wrap', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 2n ** 31n, max: 2n ** 62n }), (size) => {
      const leaf = leaves[0] as Uint8Array
      let root = leaf
      const proof: Uint8Array[] = []
      for (let last = size - 1n; last > 0n; last >>= 1n) {
        const sibling = leaves[proof.length + 1] as Uint8Array
        proof.push(sibling)
        root = nodeHash(nodeCrypto, root, sibling)
      }
      const claim = { index: 0n, size, leaf, root, proof }
      return (
        verifyInclusion(nodeCrypto, claim) &&
        !verifyInclusion(nodeCrypto, { ...claim, index: size }) &&
        !verifyInclusion(nodeCrypto, { ...claim, index: 2n ** 32n })
      )
    }),
  )
})
