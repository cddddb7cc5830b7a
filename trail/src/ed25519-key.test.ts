import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex } from './bytes.ts'
import { ed25519KeyProblem } from './ed25519-key.ts'
import { ed25519FromSeed } from './testing/node-crypto.ts'

test('every key that was made is one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
      expect(ed25519KeyProblem(ed25519FromSeed(seed).publicKey)).toBe(null)
    }),
    { numRuns: 30 },
  )
})

test.each([
  ['the neutral point', `01${'00'.repeat(31)}`, 'low order'],
  ['the neutral point with a sign', `01${'00'.repeat(30)}80`, 'low order'],
  ['order 2', `ec${'ff'.repeat(30)}7f`, 'low order'],
  ['order 4', '00'.repeat(32), 'low order'],
  ['order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'low order'],
  ['order 8, the other', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85', 'low order'],
  ['p, which is 0', `ed${'ff'.repeat(30)}7f`, 'canonical'],
  ['the largest number', 'ff'.repeat(32), 'canonical'],
  ['no point', `02${'00'.repeat(31)}`, 'no point'],
  ['no bytes', '', '32 bytes'],
])('%s is refused', (_, key, reason) => {
  expect(ed25519KeyProblem(fromHex(key) as Uint8Array)).toContain(reason)
})
