import { describe, expect, test } from 'vitest'
import { originOf } from './checkpoint.ts'
import {
  EVENTS,
  type Event,
  found,
  headOf,
  honest,
  noteOf,
  pinOf,
  reincarnate,
  sealLog,
  TRUST,
  verify,
  writeFull,
  writePartial,
} from './testing/sample-log.ts'

describe('a log restored from a backup', () => {
  const { leaves } = honest()
  const old = headOf(leaves)
  const write = (kept: number, previous = old, incarnation = 2): string[] => {
    const next = reincarnate(leaves, kept, previous)
    const size = kept + 1
    const notes = new Map([[size, noteOf(headOf(next, size, incarnation))]])
    if (kept >= 3) notes.set(3, noteOf(headOf(next, 3)))
    return writeFull({ leaves: next, notes, incarnations: kept >= 3 ? [1, 2] : [2] })
  }

  test('is a finding until the auditor accepts that entries were lost', () => {
    const report = verify(write(5))
    expect(found(report)).toEqual(['LOG_REWOUND leaf 5'])
    expect(report.rewinds).toEqual([{ incarnation: 2, leaf: 5, from: 5, to: 7 }])
    const accepted = { ...TRUST, acceptedRewinds: [2], pinned: [pinOf(leaves, 3), pinOf(leaves, 7)] }
    expect(found(verify(write(5), accepted))).toEqual([])
  })

  test('still contradicts a remembered head that the announcement does not name', () => {
    const accepted = { ...TRUST, acceptedRewinds: [2], pinned: [pinOf(leaves, 6)] }
    expect(found(verify(write(5), accepted))).toEqual(['FORK_VS_PINNED checkpoint 6'])
  })

  test('that skips a number may hide a whole incarnation', () => {
    const next = reincarnate(leaves, 5, old, 3)
    const lines = writeFull({ leaves: next, notes: new Map(), incarnations: [] })
    expect(found(verify(lines))).toContain('INCARNATION_ORDER leaf 5')
  })

  test('without loss is clean: everything up to the old head is there', () => {
    expect(found(verify(write(7)))).toEqual([])
  })

  test('that names a false old head, or goes on under the old name', () => {
    const rows: [string[], string][] = [
      [write(5, { ...old, size: 2 }), 'INCARNATION_ORDER leaf 5'],
      [write(5, { ...old, origin: originOf('other.example', 1) }), 'INCARNATION_ORDER leaf 5'],
      [write(5, { ...old, size: 3 }), 'INCARNATION_ORDER leaf 5'],
      [write(5, old, 1), 'INCARNATION_ORDER checkpoint 6'],
    ]
    for (const [lines, finding] of rows) expect(found(verify(lines))).toContain(finding)
  })
})

describe('lies in a partial export', () => {
  const { leaves } = honest()
  const note = noteOf(headOf(leaves))
  const lines = writePartial(leaves, ['a', 'b'], note)

  test('a leaf that is not in the log, or stands elsewhere', () => {
    const other = sealLog(EVENTS.with(6, { ...(EVENTS[6] as Event), state: { count: 5 } }))
    expect(found(verify(writePartial(other, ['a', 'b'], note)))).toContain('INCLUSION leaf 6')
    const moved = lines.map((line) => line.replace('"leaf":6', '"leaf":5'))
    expect(found(verify(moved))).toContain('INCLUSION leaf 5')
    const bare = lines.map((line) => line.replace(/"proof":\[[^\]]*\],/, ''))
    expect(found(verify(bare))).toContain('INCLUSION leaf 0')
  })

  test('a gap in a stream, a stream that is missing, leaves out of order', () => {
    expect(found(verify(lines.toSpliced(4, 1)))).toContain('STREAM_GAP leaf 4')
    expect(found(verify(writePartial(leaves, ['a', 'x'], note)))).toEqual(['HEADER_MISMATCH line 1'])
    const swapped = lines.with(2, lines[3] as string).with(3, lines[2] as string)
    expect(found(verify(swapped))).toContain('LEAF_ORDER leaf 0')
  })

  test('a remembered head that is newer, another one, or not tied to this one', () => {
    const fork = sealLog(EVENTS.with(0, { ...(EVENTS[0] as Event), state: {} }))
    const with7 = writePartial(leaves, ['a', 'b'], note, 3)
    const rows: [string[], { size: number; root: string }, string][] = [
      [lines, { size: 9, root: pinOf(leaves, 7).root }, 'SHORTER_THAN_PINNED file'],
      [lines, pinOf(fork, 7), 'FORK_VS_PINNED checkpoint 7'],
      [lines, pinOf(leaves, 3), 'PIN_UNPROVEN file'],
      [with7, pinOf(fork, 3), 'FORK_VS_PINNED line 3'],
    ]
    for (const [file, pinned, finding] of rows)
      expect(found(verify(file, { ...TRUST, pinned: [pinned] }))).toEqual([finding])
  })
})
