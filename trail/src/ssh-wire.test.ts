import { expect, test } from 'vitest'
import { fromHex, hex } from './bytes.ts'
import { scalarOf, WireReader, wireString } from './ssh-wire.ts'

const bytes = (text: string): Uint8Array => fromHex(text) as Uint8Array

test.each([
  ['01', `${'00'.repeat(31)}01`],
  ['0080', `${'00'.repeat(31)}80`],
  ['7f00', `${'00'.repeat(30)}7f00`],
  [`00${'ff'.repeat(32)}`, 'ff'.repeat(32)],
  ['', null],
  ['80', null],
  ['00', null],
  ['0001', null],
  ['000080', null],
  [`01${'00'.repeat(32)}`, null],
  [`00ff${'00'.repeat(32)}`, null],
])('the scalar of mpint %s is %s', (mpint, expected) => {
  const scalar = scalarOf(bytes(mpint))
  expect(scalar === null ? null : hex(scalar)).toBe(expected)
})

test('a reader takes no more than is there', () => {
  const reader = new WireReader(bytes('00000002616200000005aa'))
  expect([reader.text(), reader.isDone, reader.string()]).toEqual(['ab', false, null])
  expect(new WireReader(bytes('000000')).uint32()).toBe(null)
  expect(new WireReader(bytes('ffffffff')).string()).toBe(null)
  expect(new WireReader(bytes('00000001ff')).text()).toBe(null)
  expect(hex(wireString('ä'))).toBe('00000002c3a4')
})
