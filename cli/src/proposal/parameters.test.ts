import { expect, test } from 'vitest'
import { parseScope } from '../hold/scope.ts'
import { duration, parseMoment } from '../terminal/time.ts'
import { parameters } from './parameters.ts'

const declared = { addresses: { type: 'text-list' }, ttl: { type: 'integer' }, name: { type: 'text' } }

test.each([
  { words: ['name=www', 'ttl=60'], values: { name: 'www', ttl: 60 } },
  { words: ['addresses=10.0.0.1,10.0.0.2'], values: { addresses: ['10.0.0.1', '10.0.0.2'] } },
  { words: ['addresses=a', 'addresses=b'], values: { addresses: ['a', 'b'] } },
  { words: ['name=a=b'], values: { name: 'a=b' } },
  { words: ['other=60'], values: { other: '60' } },
])('reads $words', ({ words, values }) => {
  expect(parameters(words, declared)).toEqual(values)
})

test.each([
  { words: ['name'], says: '"name" is not NAME=VALUE' },
  { words: ['=x'], says: '"=x" is not NAME=VALUE' },
  { words: ['ttl=1.5'], says: '"ttl" takes a whole number, got "1.5"' },
  { words: ['name=a', 'name=b'], says: '"name" is given twice' },
])('refuses $words', ({ words, says }) => {
  expect(() => parameters(words, declared)).toThrow(says)
})

test('scopes of holds, lengths of time and moments are read strictly', () => {
  expect(parseScope('everything')).toEqual({ kind: 'everything' })
  expect(parseScope('area:dns')).toEqual({ kind: 'area', id: 'dns' })
  expect(() => parseScope('all')).toThrow('"all" is nothing that can be held')
  expect(() => parseScope('service:')).toThrow('nothing that can be held')
  expect(duration('90m')).toBe(5_400_000)
  expect(() => duration('90')).toThrow('"90" is not a length of time')
  expect(parseMoment('2030-12-20T18:00Z')).toBe(Date.UTC(2030, 11, 20, 18))
  expect(() => parseMoment('tomorrow')).toThrow('"tomorrow" is not a moment')
})
