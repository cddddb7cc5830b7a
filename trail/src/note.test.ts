import { describe, expect, test } from 'vitest'
import { base64, fromBase64 } from './bytes.ts'
import {
  type Checkpoint,
  checkpointText,
  originOf,
  parseCheckpoint,
  readOrigin,
  signCheckpoint,
} from './checkpoint.ts'
import { cosignatureLine, countSigners, formatVkey, openNote, parseVkey, signNote } from './note.ts'
import { ed25519FromSeed, nodeCrypto } from './testing/node-crypto.ts'

const log = { name: 'lab.example/log/1', ...ed25519FromSeed(new Uint8Array(32).fill(1)) }
const witness = { name: 'witness.example', ...ed25519FromSeed(new Uint8Array(32).fill(2)) }
const logKey = parseVkey(nodeCrypto, formatVkey(nodeCrypto, log.name, 1, log.publicKey))
const witnessKey = parseVkey(nodeCrypto, formatVkey(nodeCrypto, witness.name, 4, witness.publicKey))
const text = 'lab.example/log/1\n0\nAAAA\n'
const note = signNote(nodeCrypto, text, log) + cosignatureLine(nodeCrypto, text, witness, 1_700_000_000)

const signersOf = (note: string, keys = [logKey, witnessKey]) => {
  const opened = openNote(nodeCrypto, note, keys)
  return 'refused' in opened ? opened.refused : opened.signers.map(({ key, time }) => [key.name, time])
}

describe('a note', () => {
  test('opens with the keys one trusts, and only they count', () => {
    expect(signersOf(note)).toEqual([
      ['lab.example/log/1', null],
      ['witness.example', 1_700_000_000],
    ])
    expect(signersOf(note, [witnessKey])).toEqual([['witness.example', 1_700_000_000]])
    expect(signersOf(note, [])).toEqual([])
    const twice = note + note.slice(note.lastIndexOf('—'))
    expect(signersOf(twice)).toHaveLength(2)
  })

  test('is refused when a known key did not sign this', () => {
    expect(signersOf(note.replace('\n0\n', '\n1\n'))).toContain('does not hold')
    const line = cosignatureLine(nodeCrypto, 'other\n', witness, 1_700_000_000)
    expect(signersOf(signNote(nodeCrypto, text, log) + line)).toContain('"witness.example"')
  })

  test('is refused when the stated time of a cosignature was moved', () => {
    const [last = ''] = note.match(/[^ ]+\n$/) ?? []
    const blob = fromBase64(last.trimEnd()) as Uint8Array
    blob[11] = (blob[11] as number) ^ 1
    const moved = note.replace(last, `${base64(blob)}\n`)
    expect(moved).not.toBe(note)
    expect(signersOf(moved)).toContain('does not hold')
  })

  test.each([
    ['no signatures', text],
    ['nothing', ''],
    ['a control character', note.replace('lab', 'l\tb')],
    ['no newline at the end', note.slice(0, -1)],
    ['a line that is none', `${note}hello\n`],
    ['a hyphen for the dash', note.replaceAll('—', '-')],
    ['a name with a plus', note.replace('— lab', '— l+b')],
    ['padding that is not canonical', note.replace(/.=?\n$/, 'B==\n')],
    ['101 signatures', `${text}\n${note.slice(note.lastIndexOf('—')).repeat(101)}`],
  ])('is refused with %s', (_, broken) => {
    expect(openNote(nodeCrypto, broken, [logKey])).toHaveProperty('refused')
  })

  test('is not signed over a text that could be read in two ways', () => {
    for (const bad of ['no end', 'a\rb\n', 'a\ud800\n'])
      expect(() => signNote(nodeCrypto, bad, log)).toThrow()
    expect(() => signNote(nodeCrypto, 'a\n', { ...log, name: 'a b' })).toThrow('key name')
    expect(() => cosignatureLine(nodeCrypto, text, witness, -1)).toThrow('time in seconds')
  })

  test('counts keys, not names', () => {
    const twin = parseVkey(nodeCrypto, formatVkey(nodeCrypto, 'twin.example', 4, witness.publicKey))
    const signers = [witnessKey, twin, logKey].map((key) => ({ key, time: 1 }))
    expect(countSigners(signers, 4)).toBe(1)
  })
})

describe('a verifier key', () => {
  const vkey = formatVkey(nodeCrypto, log.name, 1, log.publicKey)
  test.each([
    ['another id', vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), /expected key id/],
    ['another name', `x${vkey}`, /expected key id/],
    ['another type', vkey.replace(/\+A/, '+B'), /type 1 or 4/],
    ['no parts', 'hello', /verifier key "name\+id\+base64"/],
    ['a short key', formatVkey(nodeCrypto, 'a', 1, new Uint8Array(31)), /32 bytes/],
    ['a key of low order', formatVkey(nodeCrypto, 'a', 1, new Uint8Array(32)), /low order/],
  ])('is refused with %s', (_, bad, message) => {
    expect(() => parseVkey(nodeCrypto, bad)).toThrow(message)
  })
  test('has a name without spaces and plus signs', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb'])
      expect(() => formatVkey(nodeCrypto, name, 1, log.publicKey), name).toThrow('key name')
  })
})

describe('a checkpoint', () => {
  const checkpoint: Checkpoint = { origin: originOf('lab.example', 1), size: 7, root: new Uint8Array(32) }
  test('is three lines, signed under the name of its origin', () => {
    expect(checkpointText(checkpoint)).toBe(`lab.example/log/1\n7\n${'A'.repeat(43)}=\n`)
    expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint)
    expect(signersOf(signCheckpoint(nodeCrypto, checkpoint, log))).toEqual([['lab.example/log/1', null]])
  })
  const root = `${'A'.repeat(43)}=`
  test.each([
    ['a leading zero', `o\n07\n${root}\n`],
    ['a sign', `o\n+7\n${root}\n`],
    ['a size beyond integers', `o\n9007199254740993\n${root}\n`],
    ['no origin', `\n7\n${root}\n`],
    ['a short root', 'o\n7\nAAAA\n'],
    ['an extension', `o\n7\n${root}\nmore\n`],
    ['no last newline', `o\n7\n${root}`],
    ['nothing', ''],
  ])('is refused with %s', (_, bad) => {
    expect(parseCheckpoint(bad)).toHaveProperty('refused')
  })
  test('carries its incarnation in the origin', () => {
    expect(readOrigin('a/log/log/12')).toEqual({ site: 'a/log', incarnation: 12 })
    for (const bad of ['a/log/0', 'a/log/01', 'a/log/', '/log/1', 'a b/log/1', 'a', 'a/log/1 '])
      expect(readOrigin(bad), bad).toBe(null)
    expect(() => originOf('a b', 1)).toThrow('site name')
  })
})
