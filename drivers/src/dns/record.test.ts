import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalName, isInZone } from './name.ts'
import { canonicalValue, wishedValue } from './record.ts'

test.each([
  ['A', '192.0.2.1', '192.0.2.1'],
  ['A', '192.0.2.01', undefined],
  ['A', '192.0.2.1 extra', undefined],
  ['A', '2001:db8::1', undefined],
  ['AAAA', '2001:DB8:0:0:0::1', '2001:db8::1'],
  ['AAAA', 'fe80::1%eth0', undefined],
  ['CNAME', 'WWW.shop.test', 'www.shop.test.'],
  ['CNAME', 'a b.', undefined],
  ['MX', '010 mail.shop.test', '10 mail.shop.test.'],
  ['MX', '70000 mail.shop.test', undefined],
  ['MX', 'mail.shop.test', undefined],
  ['TXT', '"a\\"b" c', '"a\\"b" "c"'],
  ['TXT', '"\\228\\000"', '"\\228\\000"'],
  ['TXT', '"open', undefined],
  ['TXT', '"\\999"', undefined],
] as const)('%s %s is %s', (type, text, value) => {
  expect(canonicalValue(type, text)).toBe(value)
})

test('a wished text is read back as the same record, in strings of at most 255 bytes', () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 600 })
  fc.assert(
    fc.property(text, (wish) => {
      const value = wishedValue('TXT', wish)
      expect(value).toBeDefined()
      expect(canonicalValue('TXT', value ?? '')).toBe(value)
      expect(value).not.toMatch(/[\n\r]/)
    }),
  )
})

test.each(['line\nbreak', '', 'ä', '\0', 'x'.repeat(2001)])(
  'a text that would break out is refused',
  (text) => {
    expect(wishedValue('TXT', text)).toBeUndefined()
  },
)

test.each([
  ['WWW.Shop.test', 'www.shop.test.'],
  ['_dmarc.shop.test.', '_dmarc.shop.test.'],
  ['*.shop.test', undefined],
  ['a..b', undefined],
  ['-a.b', undefined],
  ['a\nb', undefined],
  ['.', undefined],
  [`${'a'.repeat(64)}.test`, undefined],
])('the name %s is %s', (text, name) => {
  expect(canonicalName(text)).toBe(name)
})

test('a suffix that is no label is outside of the zone', () => {
  expect(isInZone('evilshop.test.', 'shop.test.')).toBe(false)
  expect(isInZone('a.shop.test.', 'shop.test.')).toBe(true)
  expect(isInZone('shop.test.', 'shop.test.')).toBe(true)
})
