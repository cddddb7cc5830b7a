import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import { createExportWriter, readExportLine } from './export.ts'
import { createLineSplitter, MAX_LINE_BYTES } from './lines.ts'
import { nodeCrypto } from './testing/node-crypto.ts'
import { headOf, honest, noteOf, writeFull, writePartial } from './testing/sample-log.ts'

test('every line that the writer makes is read back as it was meant', () => {
  const { leaves } = honest()
  const kinds = [writeFull(honest()), writePartial(leaves, ['a'], noteOf(headOf(leaves)), 3)].map((lines) =>
    lines.map((line) => {
      const read = readExportLine(line.slice(0, -1))
      return 'refused' in read ? read.refused : read.is
    }),
  )
  const leaf = (count: number): string[] => Array.from({ length: count }, () => 'leaf')
  expect(kinds).toEqual([
    ['header', ...leaf(3), 'checkpoint', ...leaf(4), 'checkpoint', 'artifact', 'end'],
    ['header', 'checkpoint', 'consistency', ...leaf(4), 'end'],
  ])
})

test('a leaf line looks as the format says', () => {
  const writer = createExportWriter(nodeCrypto)
  const leaf = { leaf: 3, entry: '{"v":1}', state: '{}', private: null }
  expect(writer.leaf(leaf)).toBe('{"entry":{"v":1},"leaf":3,"private":null,"state":{}}\n')
  const proof = [new Uint8Array(32)]
  expect(writer.leaf({ ...leaf, state: null, private: { erased: true }, proof })).toBe(
    `{"entry":{"v":1},"leaf":3,"private":{"erased":true},"proof":["${'A'.repeat(43)}="]}\n`,
  )
  expect(writer.leaf({ ...leaf, state: 'null', private: { salt: 'AAAA', text: '[1]' } })).toBe(
    '{"entry":{"v":1},"leaf":3,"private":{"payload":[1],"salt":"AAAA"},"state":null}\n',
  )
  expect(() => writer.leaf({ ...leaf, state: '{\n}' })).toThrow('canonical texts in leaf 3')
})

describe('a line is refused', () => {
  const header = (writeFull(honest())[0] as string).trimEnd()
  test.each([
    ['that is nothing', ''],
    ['that is no object', '[]'],
    ['of a kind that nobody knows', '{"hello":1}'],
    ['with a leaf of too many fields', '{"entry":{},"leaf":0,"more":1,"private":null}'],
    ['with a leaf of too few', '{"entry":{},"leaf":0}'],
    ['with a leaf at no place', '{"entry":{},"leaf":-1,"private":null}'],
    ['with a private payload of another form', '{"entry":{},"leaf":0,"private":{"erased":false}}'],
    ['with a proof that is none', '{"entry":{},"leaf":0,"private":null,"proof":["AAAA"]}'],
    ['with a space', '{"checkpoint": "x"}'],
    ['with a space in a leaf', '{"entry":{}, "leaf":0,"private":null}'],
    ['with fields in another order', '{"leaf":0,"entry":{},"private":null}'],
    ['with a field twice', '{"entry":{},"entry":{},"leaf":0,"private":null}'],
    ['with a fraction in a state', '{"entry":{},"leaf":0,"private":null,"state":0.5}'],
    ['with a lone surrogate in a state', '{"entry":{},"leaf":0,"private":null,"state":"\\ud800"}'],
    ['with a lone surrogate in a salt', '{"entry":{},"leaf":0,"private":{"payload":1,"salt":"\\ud800"}}'],
    ['with two things at once', '{"artifact":1,"checkpoint":"x"}'],
    ['with a header of another version', header.replace('export/1', 'export/2')],
    ['with a full header that names streams', header.replace('"streams":null', '"streams":[]')],
    ['with an end of too few counts', '{"end":{"leaves":1}}'],
  ])('%s', (_, line) => {
    expect(readExportLine(line)).toHaveProperty('refused')
  })
})

describe('lines of bytes', () => {
  const split = (chunks: Uint8Array[]): unknown[] => {
    const lines: unknown[] = []
    const splitter = createLineSplitter((line) => lines.push(line))
    for (const chunk of chunks) splitter.push(chunk)
    splitter.end()
    return lines
  }
  test('are cut at newlines only, wherever the chunks end', () => {
    const bytes = utf8('a\n\nä\r\n\u2028\n')
    const whole = ['a', '', 'ä\r', '\u2028']
    expect(split([bytes])).toEqual(whole)
    expect(split([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
  })
  test('say what is wrong with them', () => {
    expect(split([Uint8Array.of(0xff, 10, 97, 10)])).toEqual([{ bad: 'not-utf8' }, 'a'])
    expect(split([utf8('a\nb')])).toEqual(['a', { bad: 'no-newline' }])
    const big = new Uint8Array(MAX_LINE_BYTES / 2 + 1).fill(97)
    expect(split([big, big, utf8('\nb\n')])).toEqual([{ bad: 'too-long' }, 'b'])
  })
})
