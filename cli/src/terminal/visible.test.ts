import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columns, table } from './table.ts'
import { guarded, quoted, visible, wrapped } from './visible.ts'

describe('visible', () => {
  test.each([
    { name: 'leaves plain text alone', text: 'größe 10 €, 日本', shown: 'größe 10 €, 日本' },
    { name: 'shows an escape sequence', text: 'a\u001b[2Jb', shown: 'a\\e[2Jb' },
    { name: 'shows the one-byte escape', text: '\u009b31m', shown: '\\u{9b}31m' },
    { name: 'shows line breaks', text: 'a\nb\rc', shown: 'a\\nb\\rc' },
    { name: 'shows what turns text around', text: 'x\u202egnp', shown: 'x\\u{202e}gnp' },
    { name: 'shows what takes no room', text: 'ro\u200bot', shown: 'ro\\u{200b}ot' },
    { name: 'shows tag characters', text: 'a\u{e0041}', shown: 'a\\u{e0041}' },
    { name: 'shows half a character', text: 'a\ud800', shown: 'a\\u{d800}' },
  ])('$name', ({ text, shown }) => {
    expect(visible(text)).toBe(shown)
  })

  test('never lets a control character through, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u)
      }),
    )
  })
})

test('the last guard lets line breaks and our own colours pass, nothing else', () => {
  expect(guarded('\u001b[31mred\u001b[0m\nnext')).toBe('\u001b[31mred\u001b[0m\nnext')
  expect(guarded('a\u001b[2J\u001b[5mb\r\u0007')).toBe('a\\e[2J\\e[5mb\\r\\u{7}')
})

test('running text is broken at spaces', () => {
  expect(wrapped('one two three', 7)).toBe('one two\nthree')
  expect(wrapped('averylongword x', 5)).toBe('averylongword\nx')
})

test('quoted text stands behind a bar on every line', () => {
  expect(quoted('approve it\n\u001b[1Aplan: harmless')).toBe('  | approve it\n  | \\e[1Aplan: harmless')
  expect(quoted('x\n'.repeat(500)).split('\n')).toHaveLength(61)
})

describe('tables', () => {
  test('align columns, count wide characters twice, make cells visible', () => {
    expect(
      columns([
        ['日本', 'x'],
        ['a', 'y\u001b[0m'],
      ]),
    ).toBe('日本  x\na     y\\e[0m')
  })
  test('say so where there are no rows', () => {
    expect(table(['id'], [], 'no holds')).toBe('no holds')
    expect(table(['id', 'by'], [['1', 'bob']])).toBe('ID  BY\n1   bob')
  })
})
