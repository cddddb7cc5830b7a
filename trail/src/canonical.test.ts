import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import { canonicalize, canonicalizeSigned, digest, type Json, parseCanonical } from './canonical.ts'
import { nodeCrypto } from './testing/node-crypto.ts'

test.each<[Json, string]>([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [{ 10: 1, 9: 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
  [{ '\u20ac': 1, '\ud83d\ude00': 2, '\ufb33': 3 }, '{"€":1,"😀":2,"\ufb33":3}'],
  ['\u0000\u0008\t\n\f\r"\\\u007f', '"\\u0000\\b\\t\\n\\f\\r\\"\\\\\u007f"'],
  [[-0, 1e21, 1e-7, 0.1, 333333333.3333332], '[0,1e+21,1e-7,0.1,333333333.3333332]'],
  [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
])('%j', (value, text) => {
  expect(canonicalize(value)).toBe(text)
})

describe('what is no plain JSON is refused, not bent', () => {
  const loop: Json[] = []
  loop.push(loop)
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a hole', Array(1)],
    ['undefined in an object', { a: undefined }],
    ['NaN', Number.NaN],
    ['infinity', -Infinity],
    ['a BigInt', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(1)],
    ['an object of a class', new (class A {})()],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate as key', { '\udc00': 1 }],
    ['a value that holds itself', loop],
  ])('%s', (_, value) => {
    expect(() => canonicalize(value as Json)).toThrow(TypeError)
    expect(() => canonicalize({ deep: [value as Json] })).toThrow(TypeError)
  })
})

test('only safe integers may be signed', () => {
  for (const number of [0.5, 1e21, 2 ** 53, -(2 ** 53)])
    expect(() => canonicalizeSigned({ number })).toThrow('expected an integer')
  expect(canonicalizeSigned([-1, 2 ** 53 - 1])).toBe('[-1,9007199254740991]')
})

describe('parseCanonical', () => {
  test.each([
    [' {}', 'not in canonical form'],
    ['{"a":1,"a":1}', 'not in canonical form'],
    ['{"b":1,"a":1}', 'not in canonical form'],
    ['{"9":1,"10":1}', 'not in canonical form'],
    ['"\\u0041"', 'not in canonical form'],
    ['"\\/"', 'not in canonical form'],
    ['-0', 'not in canonical form'],
    ['1.0', 'not in canonical form'],
    ['1e2', 'not in canonical form'],
    ['1e400', 'expected a finite number, got Infinity'],
    ['0.5', 'expected an integer, got 0.5'],
    ['9007199254740993', 'expected an integer, got 9007199254740992'],
    ['"\\ud800"', 'expected well-formed text, got a lone surrogate'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'expected at most 64 levels of nesting'],
    ['\ufeff1', 'not JSON'],
    ['', 'not JSON'],
  ])('refuses %s', (text, refused) => {
    expect(parseCanonical(text)).toEqual({ refused })
  })

  test('reads bytes, and refuses what is not UTF-8', () => {
    expect(parseCanonical(utf8('{"10":"\\\\ud800","9":{"a":"ä"}}'))).toEqual({
      value: { 9: { a: 'ä' }, 10: '\\ud800' },
    })
    expect(parseCanonical(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ refused: 'not UTF-8' })
    expect(parseCanonical('0.5', 'any')).toEqual({ value: 0.5 })
  })

  test('law: accepts exactly what canonicalize writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (raw, seed) => {
        const value = raw as Json
        const text = canonicalize(value)
        expect(parseCanonical(text, 'any')).toEqual({ value: JSON.parse(text) })
        const other = JSON.stringify(value, null, (seed % 3) + 1)
        if (other !== text) expect(parseCanonical(other, 'any')).toHaveProperty('refused')
      }),
    )
  })

  test('law: a text that is accepted is the canonical form of its value', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      '"b"',
      '"1"',
      ':',
      ',',
      '0',
      '1',
      '-',
      '.5',
      'e1',
      ' ',
      '"\\ud83d"',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('')
        const read = parseCanonical(text, 'any')
        return 'refused' in read || canonicalize(read.value) === text
      }),
      { numRuns: 5000 },
    )
  })
})

test('a digest is bound to its domain', () => {
  const expected = createHash('sha256').update('name/thing/v1\n{}').digest('hex')
  expect(digest(nodeCrypto, 'name/thing/v1', utf8('{}'))).toBe(`sha256:${expected}`)
  expect(digest(nodeCrypto, 'name/thing/v2', utf8('{}'))).not.toBe(`sha256:${expected}`)
})
