import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import { canonicalize } from './canonical.ts'
import {
  type EntryFields,
  isNextOf,
  isPrivateOf,
  isStateOf,
  NO_PREVIOUS,
  openEntry,
  readTombstone,
  sealEntry,
} from './entry.ts'
import { nodeCrypto } from './testing/node-crypto.ts'

const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const fields: EntryFields = {
  stream: 'stream/1',
  seq: 1,
  prev: NO_PREVIOUS,
  at: 1_700_000_000_000,
  type: 'opened "so"',
  actor: { kind: 'tester', id: 'tëster' },
}
const state = utf8('{"count":1}')
const secret = { salt: new Uint8Array(16).fill(7), bytes: utf8('"hidden"') }
const sealed = sealEntry(nodeCrypto, fields, state, secret)

test('the envelope is canonical, and its digests are what the format says', () => {
  expect(sealed.text).toBe(canonicalize(sealed.entry))
  expect(sealed.text).toBe(
    '{"actor":{"id":"tëster","kind":"tester"},"at":1700000000000,' +
      `"prev":"${'0'.repeat(64)}","private":"sha256:${sha256('trail/private/v1\n', secret.salt, '"hidden"')}",` +
      `"seq":1,"state":"sha256:${sha256('trail/state/v1\n', '{"count":1}')}",` +
      '"stream":"stream/1","type":"opened \\"so\\"","v":1}',
  )
  expect(Buffer.from(sealed.leafHash).toString('hex')).toBe(sha256(Uint8Array.of(0), sealed.bytes))
  expect(openEntry(sealed.bytes)).toEqual({ entry: sealed.entry })
  expect(sealEntry(nodeCrypto, fields, state).entry.private).toBe(null)
})

test('payloads prove themselves, and nothing else does', () => {
  const { entry } = sealed
  expect(isStateOf(nodeCrypto, entry, state)).toBe(true)
  expect(isStateOf(nodeCrypto, entry, utf8('{"count":2}'))).toBe(false)
  expect(isPrivateOf(nodeCrypto, entry, secret)).toBe(true)
  expect(isPrivateOf(nodeCrypto, entry, { ...secret, salt: new Uint8Array(16) })).toBe(false)
  expect(isPrivateOf(nodeCrypto, entry, { ...secret, bytes: utf8('"other"') })).toBe(false)
  const moved = { salt: utf8(''), bytes: utf8(`${'\u0007'.repeat(16)}"hidden"`) }
  expect(isPrivateOf(nodeCrypto, entry, moved)).toBe(false)
})

test('an entry follows exactly one other', () => {
  const next = sealEntry(
    nodeCrypto,
    { ...fields, seq: 2, prev: sha256(Uint8Array.of(0), sealed.bytes) },
    state,
  )
  const head = { seq: 1, hash: sealed.leafHash }
  expect(isNextOf(sealed.entry, null)).toBe(true)
  expect(isNextOf(next.entry, head)).toBe(true)
  expect(isNextOf(next.entry, null)).toBe(false)
  expect(isNextOf(next.entry, { ...head, seq: 2 })).toBe(false)
  expect(isNextOf(next.entry, { ...head, hash: next.leafHash })).toBe(false)
  expect(isNextOf({ ...sealed.entry, prev: next.entry.prev }, null)).toBe(false)
})

test.each<[string, Partial<EntryFields>]>([
  ['seq 0', { seq: 0 }],
  ['a broken seq', { seq: 1.5 }],
  ['a time before 1970', { at: -1 }],
  ['a time in fractions', { at: 0.5 }],
  ['a short prev', { prev: '00' }],
  ['an upper-case prev', { prev: 'A'.repeat(64) }],
  ['no stream', { stream: '' }],
  ['a lone surrogate', { type: '\ud800' }],
  ['an actor without id', { actor: { kind: 'a', id: '' } }],
  ['more than a tile can hold', { stream: 'x'.repeat(65_536) }],
])('is not sealed with %s', (_, change) => {
  expect(() => sealEntry(nodeCrypto, { ...fields, ...change }, state)).toThrow(TypeError)
})

test('is not sealed over payloads that are not canonical, or with a short salt', () => {
  expect(() => sealEntry(nodeCrypto, fields, utf8('{ }'))).toThrow('expected state in canonical JSON')
  expect(() => sealEntry(nodeCrypto, fields, utf8('0.5'))).toThrow('expected an integer')
  expect(() => sealEntry(nodeCrypto, fields, state, { ...secret, bytes: utf8('') })).toThrow('private')
  expect(() => sealEntry(nodeCrypto, fields, state, { ...secret, salt: utf8('short') })).toThrow('16 bytes')
})

describe('is not opened', () => {
  test.each([
    ['with another version', sealed.text.replace('"v":1', '"v":2'), /version 1, got 2/],
    ['with a field more', sealed.text.replace('"v":1', '"v":1,"w":1'), /expected the fields/],
    ['with a field less', sealed.text.replace('"seq":1,', ''), /expected the fields/],
    ['with a field twice', sealed.text.replace('"seq":1', '"seq":2,"seq":1'), /canonical/],
    ['with a space', sealed.text.replace(',', ', '), /canonical/],
    ['with fields in another order', `{"v":1,${sealed.text.slice(1, -7)}}`, /canonical/],
    ['with an escape too many', sealed.text.replace('tester', '\\u0074ester'), /canonical/],
    ['with a lone surrogate', sealed.text.replace('tëster', '\\ud800'), /actor/],
    ['with seq -0', sealed.text.replace('"seq":1', '"seq":-0'), /seq/],
    ['with time -0', sealed.text.replace('"at":1700000000000', '"at":-0'), /canonical/],
    ['with an actor of three fields', sealed.text.replace('"kind"', '"a":1,"kind"'), /actor/],
    ['with a digest of another kind', sealed.text.replace('"state":"sha256', '"state":"sha512'), /state/],
    ['as a list', '[]', /fields/],
    ['as null', 'null', /not an object/],
    ['as nothing', '', /not JSON/],
  ])('%s', (_, text, refused) => {
    const opened = openEntry(text)
    expect('refused' in opened ? opened.refused : 'opened').toMatch(refused)
  })
  test('as bytes that are no text', () => {
    expect(openEntry(Uint8Array.of(255))).toEqual({ refused: 'the entry is not UTF-8' })
  })
})

test('a tombstone names what was erased', () => {
  expect(readTombstone({ stream: 's', seq: 2, why: 'x' })).toEqual({ stream: 's', seq: 2 })
  for (const bad of [null, [], 's', {}, { stream: 's' }, { stream: 1, seq: 1 }])
    expect(readTombstone(bad)).toBe(null)
})
