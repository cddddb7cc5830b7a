import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStorable, storable } from './text.ts'

test.each([
  { name: 'a NUL', text: 'a\u0000b', expected: 'a\ufffdb' },
  { name: 'a lone high surrogate', text: 'a\ud83d', expected: 'a\ufffd' },
  { name: 'a lone low surrogate', text: '\ude00b', expected: '\ufffdb' },
])('replaces $name', ({ text, expected }) => {
  expect(isStorable(text)).toBe(false)
  expect(storable(text)).toBe(expected)
})

test('leaves well-formed text as it is, and makes all other text storable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(isStorable(storable(text))).toBe(true)
      if (isStorable(text)) expect(storable(text)).toBe(text)
    }),
  )
  expect(storable('emoji 😀 stay')).toBe('emoji 😀 stay')
})
