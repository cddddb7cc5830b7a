import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duration, utc } from './time.ts'

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [-1, '1969-12-31T23:59:59Z'],
  [951_782_400_000, '2000-02-29T00:00:00Z'],
  [4_107_542_399_999, '2100-02-28T23:59:59Z'],
  [4_107_542_400_000, '2100-03-01T00:00:00Z'],
  [1_795_374_000_123, '2026-11-22T19:00:00Z'],
  [-62_198_755_200_000, '-000001-01-01T00:00:00Z'],
  [Number.NaN, 'an unknown time'],
])('%d is %s', (at, text) => {
  expect(utc(at)).toBe(text)
})

test('agrees with the calendar of the machine, over all times that it knows', () => {
  fc.assert(
    fc.property(fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }), (at) => {
      expect(utc(at)).toBe(new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'))
    }),
  )
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [42_900, '42 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [349_200_000, '4 d 1 h'],
  [-5000, 'minus 5 s'],
  [Number.POSITIVE_INFINITY, 'an unknown time'],
])('%d ms is %s', (length, text) => {
  expect(duration(length)).toBe(text)
})
