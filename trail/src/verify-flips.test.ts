import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Crypto } from './crypto.ts'
import { nodeCrypto } from './testing/node-crypto.ts'
import { headOf, honest, noteOf, TRUST, verify, writeFull, writePartial } from './testing/sample-log.ts'
import { createVerifier, type Report } from './verify.ts'

// The same signatures are checked thousands of times here, so answers are remembered.
const answers = new Map<string, boolean>()
const crypto: Crypto = {
  ...nodeCrypto,
  verifyEd25519(publicKey, message, signature) {
    const question = [publicKey, message, signature].map((bytes) => Buffer.from(bytes).toString('hex')).join()
    const answer = answers.get(question) ?? nodeCrypto.verifyEd25519(publicKey, message, signature)
    answers.set(question, answer)
    return answer
  },
}

/** No more keys than needed, since each is checked anew each time. */
const FEW = { ...TRUST, vkeys: TRUST.vkeys.slice(0, 1), witnesses: TRUST.witnesses.slice(0, 2) }

function verifyBytes(bytes: Uint8Array): Report {
  const verifier = createVerifier(crypto, FEW)
  verifier.bytes(bytes)
  return verifier.finish()
}

describe('one flipped byte is never clean', () => {
  const full = Buffer.from(writeFull(honest()).join(''))
  const { leaves } = honest()
  const partial = Buffer.from(writePartial(leaves, ['a'], noteOf(headOf(leaves))).join(''))

  test('in a full export, whichever byte (lowest bit)', () => {
    for (let at = 0; at < full.length; at++) {
      const copy = Buffer.from(full)
      copy[at] = (copy[at] as number) ^ 1
      if (verifyBytes(copy).findings.length === 0) throw new Error(`byte ${at} was changed unseen`)
    }
  }, 60_000)

  test.each([
    ['full', full],
    ['partial', partial],
  ])('in a %s export, any change of any byte', (_, file) => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const copy = Buffer.from(file)
        copy[at] = (copy[at] as number) ^ flip
        return verifyBytes(copy).findings.length > 0
      }),
      { numRuns: 1500 },
    )
  })

  test('nor a file cut anywhere, nor one with a line taken out, repeated or swapped', () => {
    for (let length = 0; length < full.length; length += 3)
      expect(verifyBytes(full.subarray(0, length)).findings).not.toEqual([])
    const lines = writeFull(honest())
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as string
      expect(verify(lines.toSpliced(i, 1)).findings, `without line ${i + 1}`).not.toEqual([])
      expect(verify(lines.toSpliced(i, 0, line)).findings, `line ${i + 1} twice`).not.toEqual([])
      if (i > 0)
        expect(verify(lines.toSpliced(i - 1, 2, line, lines[i - 1] as string)).findings).not.toEqual([])
    }
  })
})
