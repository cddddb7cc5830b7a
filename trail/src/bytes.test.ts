import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  base64,
  concat,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  hex,
  isHexOf,
  passingUtf8,
  utf8,
} from './bytes.ts'

const anyBytes = fc.uint8Array({ maxLength: 200 })

test('hex and base64 agree with Node and come back', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const buffer = Buffer.from(bytes)
      expect(hex(bytes)).toBe(buffer.toString('hex'))
      expect(base64(bytes)).toBe(buffer.toString('base64'))
      expect(fromHex(hex(bytes))).toEqual(bytes)
      expect(fromBase64(base64(bytes))).toEqual(bytes)
      expect(isHexOf(bytes, `sha256:${hex(bytes)}`, 7)).toBe(true)
    }),
  )
})

test('base64 has one spelling only', () => {
  for (const text of [
    'A',
    'AA',
    'AAA',
    'AA=A',
    'AB==',
    'AAB=',
    'A===',
    '====',
    'AAAA ',
    'AA-_',
    '\u{100}AAA',
    'AAA\n',
  ])
    expect(fromBase64(text), text).toBe(null)
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ABgw/+=9 '), maxLength: 12 }), (text) => {
      const bytes = fromBase64(text)
      return bytes === null || base64(bytes) === text
    }),
    { numRuns: 2000 },
  )
})

test('hex is lower case and whole bytes', () => {
  for (const text of ['0', 'AB', 'zz', '00 ', '00\n']) expect(fromHex(text), text).toBe(null)
  expect(isHexOf(Uint8Array.of(0xab), 'AB')).toBe(false)
  expect(isHexOf(Uint8Array.of(0xab), 'abab')).toBe(false)
  expect(isHexOf(Uint8Array.of(0xab), 'ac')).toBe(false)
})

test('text that is no UTF-8 has no bytes, and the other way round', () => {
  expect(() => utf8('\ud800')).toThrow('lone surrogate')
  expect(fromUtf8(Uint8Array.of(0xc0, 0x80))).toBe(null)
  expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBe(null)
  expect(fromUtf8(utf8('\ufeffä😀'))).toBe('\ufeffä😀')
})

test('bytes keep their value, passing ones until the next call, of any length', () => {
  const kept = utf8('first')
  const passed = passingUtf8('first')
  passingUtf8('second')
  expect([fromUtf8(kept), fromUtf8(passed)]).toEqual(['first', 'secon'])
  const long = 'ä€😀'.repeat(60_000)
  expect(fromUtf8(passingUtf8(long)) === long).toBe(true)
  expect(fromUtf8(utf8('€'.repeat(87_381)))).toHaveLength(87_381)
})

test('equal and concat', () => {
  expect(equalBytes(concat(Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2)), Uint8Array.of(1, 2))).toBe(
    true,
  )
  expect(equalBytes(Uint8Array.of(1), Uint8Array.of(2))).toBe(false)
  expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 1))).toBe(false)
})
