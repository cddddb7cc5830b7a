import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { base64, utf8 } from './bytes.ts'
import type { Json } from './canonical.ts'
import { checkpointText } from './checkpoint.ts'
import type { Entry } from './entry.ts'
import { nodeCrypto } from './testing/node-crypto.ts'
import {
  EVENTS,
  type Event,
  found,
  headOf,
  honest,
  type Leaf,
  noteOf,
  pinOf,
  START,
  sealLog,
  TRUST,
  verify,
  type Written,
  writeFull,
  writePartial,
} from './testing/sample-log.ts'
import type { Trust } from './trust.ts'
import { createVerifier, type Report } from './verify.ts'

function verifyBytes(bytes: Uint8Array, trust: Trust = TRUST): Report {
  const verifier = createVerifier(nodeCrypto, trust)
  verifier.bytes(bytes)
  return verifier.finish()
}

describe('an honest export', () => {
  test('has no findings and gives back what it holds', () => {
    const seen: string[] = []
    const artifacts: Json[] = []
    const secrets: Json[] = []
    const verifier = createVerifier(
      nodeCrypto,
      { ...TRUST, pinned: [pinOf(honest().leaves, 2)], now: START + 60_000, maxAgeMs: 60_000 },
      {
        onEntry(entry: Entry, _state, { leaf, secret }) {
          seen.push(`${leaf} ${entry.stream}/${entry.seq}`)
          if (secret !== undefined) secrets.push(secret)
        },
        onArtifact: (artifact) => artifacts.push(artifact),
      },
    )
    for (const line of writeFull(honest())) verifier.line(line.trimEnd())
    const report = verifier.finish()
    expect(report).toMatchObject({ findings: [], leaves: 7, checkpoints: 2, streams: 3, rewinds: [] })
    expect(report.head && checkpointText(report.head)).toBe(checkpointText(headOf(honest().leaves)))
    expect(seen).toEqual(['0 a/1', '1 b/1', '2 a/2', '3 b/2', '4 a/3', '5 c/1', '6 a/4'])
    expect(secrets).toEqual([{ n: 1, name: 'Ünïcode' }, 'last words'])
    expect(artifacts).toEqual([{ kind: 'example', ratio: 0.5 }])
  })

  test('is clean in chunks of any size', () => {
    const bytes = utf8(writeFull(honest()).join(''))
    for (const size of [1, 7, 100, bytes.length]) {
      const verifier = createVerifier(nodeCrypto, TRUST)
      for (let at = 0; at < bytes.length; at += size) verifier.bytes(bytes.subarray(at, at + size))
      expect(found(verifier.finish())).toEqual([])
    }
  })

  test('is clean without witnesses where none are asked for', () => {
    const { leaves } = honest()
    const notes = new Map([[7, noteOf(headOf(leaves), 0)]])
    expect(found(verify(writeFull({ leaves, notes }), { ...TRUST, quorum: 0 }))).toEqual([])
  })

  test('is clean when partial, also for who remembers an older head', () => {
    const { leaves } = honest()
    const lines = writePartial(leaves, ['a', 'b'], noteOf(headOf(leaves)), 3)
    expect(verify(lines, { ...TRUST, pinned: [pinOf(leaves, 3)] })).toMatchObject({
      findings: [],
      streams: 2,
    })
  })

  test('is clean when empty, if the empty tree is signed', () => {
    const notes = new Map([[0, noteOf(headOf([]))]])
    expect(found(verify(writeFull({ leaves: [], notes })))).toEqual([])
    expect(found(verify(writeFull({ leaves: [], notes: new Map() })))).toContain('NO_CHECKPOINT file')
  })
})

describe('a changed byte is reported where it is', () => {
  const lines = writeFull(honest())
  const change = (line: number, from: string, to: string): string[] => {
    expect(lines[line]).toContain(from)
    return lines.with(line, (lines[line] as string).replace(from, to))
  }
  test.each([
    {
      name: 'entry',
      file: change(2, 'opened', 'opEned'),
      codes: ['ROOT_MISMATCH leaves 0 to 2', 'STREAM_PREV leaf 3'],
    },
    { name: 'state', file: change(2, '[1,2,3]', '[1,2,4]'), codes: ['STATE_MISMATCH leaf 1'] },
    { name: 'state with a space', file: change(2, '[1,2,3]', '[1, 2,3]'), codes: ['MALFORMED_LINE line 3'] },
    { name: 'private text', file: change(2, 'Ünïcode', 'Unïcode'), codes: ['PRIVATE_MISMATCH leaf 1'] },
    { name: 'salt', file: change(2, 'AQEBAQ', 'AQEBAg'), codes: ['PRIVATE_MISMATCH leaf 1'] },
    { name: 'form of a line', file: change(2, '"leaf":1', '"leaf": 1'), codes: ['MALFORMED_LINE line 3'] },
    { name: 'leaf index', file: change(2, '"leaf":1', '"leaf":9'), codes: ['LEAF_ORDER leaf 9'] },
    { name: 'entry version', file: change(2, '"v":1', '"v":2'), codes: ['ENTRY_MALFORMED leaf 1'] },
    {
      name: 'checkpoint size',
      file: change(4, '\\n3\\n', '\\n4\\n'),
      codes: ['CHECKPOINT_SIGNATURE line 5'],
    },
    {
      name: 'checkpoint form',
      file: change(4, '\\n3\\n', '\\nx\\n'),
      codes: ['CHECKPOINT_MALFORMED line 5'],
    },
    { name: 'cosigner', file: change(9, 'witness-3', 'witness-9'), codes: ['WITNESS_QUORUM checkpoint 7'] },
    { name: 'artifact', file: change(10, '0.5', '0.6'), codes: ['FILE_CHANGED file'] },
    { name: 'header origin', file: change(0, 'lab.', 'lob.'), codes: ['WRONG_ORIGIN line 1'] },
    { name: 'header end', file: change(0, '"to":7', '"to":8'), codes: ['HEADER_MISMATCH line 1'] },
    { name: 'format', file: change(0, 'export/1', 'export/2'), codes: ['MALFORMED_LINE line 1'] },
    { name: 'count', file: change(11, '"leaves":7', '"leaves":8'), codes: ['COUNT_MISMATCH file'] },
    { name: 'end', file: lines.slice(0, -1), codes: ['TRUNCATED line 11'] },
    { name: 'something behind the end', file: [...lines, '{"artifact":1}'], codes: ['AFTER_END line 13'] },
    { name: 'first line', file: lines.slice(1), codes: ['HEADER_MISSING line 1'] },
  ])('$name', ({ file, codes }) => {
    const report = verify(file)
    for (const code of codes) expect(found(report)).toContain(code)
    for (const { means, hint } of report.findings) expect(means.length * hint.length).toBeGreaterThan(0)
  })

  test('a line that is not UTF-8, and a last line without end', () => {
    const bytes = Buffer.from(lines.join(''))
    const broken = Buffer.from(bytes)
    broken[bytes.indexOf('opened')] = 0xff
    expect(found(verifyBytes(broken))).toContain('MALFORMED_LINE line 2')
    expect(found(verifyBytes(bytes.subarray(0, -1)))).toContain('TRUNCATED line 12')
  })
})

describe('lies about erasing', () => {
  const write = (events: Event[]): string[] => {
    const leaves = sealLog(events)
    return writeFull({ leaves, notes: new Map([[leaves.length, noteOf(headOf(leaves))]]) })
  }
  test('erased without a tombstone, or with one that names another entry', () => {
    expect(found(verify(write(EVENTS.toSpliced(4, 1))))).toEqual(['ERASED_WITHOUT_TOMBSTONE leaf 2'])
    const other = { ...(EVENTS[4] as Event), state: { stream: 'a', seq: 1 } }
    expect(found(verify(write(EVENTS.with(4, other))))).toEqual(['ERASED_WITHOUT_TOMBSTONE leaf 2'])
  })

  test('a tombstone that stands before what it names does not count', () => {
    const [tomb] = EVENTS.slice(4, 5)
    const events = [{ ...(tomb as Event), stream: 't' }, ...EVENTS.toSpliced(4, 1)]
    expect(found(verify(write(events)))).toEqual(['ERASED_WITHOUT_TOMBSTONE leaf 3'])
  })

  test('a payload or state left out, or added where none was recorded', () => {
    const { leaves, notes } = honest()
    const replace = (index: number, change: Partial<Leaf>): Written => ({
      leaves: leaves.with(index, { ...(leaves[index] as Leaf), ...change }),
      notes,
    })
    const rows: [Written, string][] = [
      [replace(1, { private: null }), 'PRIVATE_MISSING leaf 1'],
      [replace(0, { state: null }), 'STATE_MISSING leaf 0'],
      [replace(0, { private: { salt: base64(new Uint8Array(16)), text: '1' } }), 'PRIVATE_UNEXPECTED leaf 0'],
      [replace(0, { private: { erased: true } }), 'PRIVATE_UNEXPECTED leaf 0'],
      [replace(1, { private: { erased: true } }), 'ERASED_WITHOUT_TOMBSTONE leaf 1'],
    ]
    for (const [log, finding] of rows) expect(found(verify(writeFull(log)))).toEqual([finding])
  })
})

test('a file of rubbish fills neither memory nor list', () => {
  const report = verify(Array.from({ length: 3000 }, () => '{}'))
  expect(report.findings.length).toBe(1000)
  expect(report.findingsLeftOut).toBeGreaterThan(2000)
})
