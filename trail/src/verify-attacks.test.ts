import { describe, expect, test } from 'vitest'
import { originOf } from './checkpoint.ts'
import type { FindingCode } from './finding.ts'
import { cosignatureLine, formatVkey, signNote } from './note.ts'
import { nodeCrypto } from './testing/node-crypto.ts'
import {
  EVENTS,
  type Event,
  found,
  headOf,
  honest,
  logKey,
  noteOf,
  pinOf,
  SITE,
  START,
  sealLog,
  strangerKey,
  TRUST,
  verify,
  witnesses,
  writeFull,
} from './testing/sample-log.ts'
import type { Trust } from './trust.ts'
import { createVerifier, type Report } from './verify.ts'

const HOUR = 3_600_000

// Who attacks: A holds the database; R rewinds it to the last honest checkpoint; B also holds the log's key, with
// honest witnesses; D holds everything, but the auditor remembers a head. Each lie is written out without a flaw.
describe('attacks', () => {
  const without = (index: number): Event[] => EVENTS.toSpliced(index, 1)
  const lies: { name: string; events: Event[] }[] = [
    { name: 'delete the last 2 events', events: EVENTS.slice(0, -2) },
    { name: 'delete a middle event', events: without(3) },
    { name: 'alter a state', events: EVENTS.with(0, { ...(EVENTS[0] as Event), state: { count: 9 } }) },
    { name: 'alter a private payload', events: EVENTS.with(1, { ...(EVENTS[1] as Event), secret: 'other' }) },
    {
      name: 'reorder within a stream',
      events: EVENTS.with(0, EVENTS[2] as Event).with(2, EVENTS[0] as Event),
    },
    {
      name: 'reorder across streams',
      events: EVENTS.with(0, EVENTS[1] as Event).with(1, EVENTS[0] as Event),
    },
    { name: 'insert an event', events: EVENTS.toSpliced(4, 0, { stream: 'd', type: 'opened', state: {} }) },
    { name: 'backdate an event', events: EVENTS.with(6, { ...(EVENTS[6] as Event), at: START - HOUR }) },
  ]
  const genuine = honest()
  const isOf = (codes: FindingCode[], report: Report): boolean =>
    report.findings.some(({ code }) => codes.includes(code))

  test.each(lies)('A: $name, with the honest checkpoints', ({ events }) => {
    const report = verify(writeFull({ leaves: sealLog(events), notes: genuine.notes }))
    expect(isOf(['ROOT_MISMATCH', 'MISSING_LEAVES', 'UNCOVERED_TAIL'], report)).toBe(true)
  })

  test.each(lies)('A: $name, without the checkpoints that give it away', ({ events }) => {
    const leaves = sealLog(events)
    const first = pinOf(genuine.leaves, 3)
    const isSame = leaves.length >= 3 && pinOf(leaves, 3).root === first.root
    const notes = isSame ? new Map([[3, genuine.notes.get(3) as string]]) : new Map<number, string>()
    const report = verify(writeFull({ leaves, notes }))
    expect(isOf(['UNCOVERED_TAIL', 'NO_CHECKPOINT'], report)).toBe(true)
  })

  test.each(lies)('B: $name, signed by the log but not by witnesses', ({ events }) => {
    const leaves = sealLog(events)
    const notes = new Map([[leaves.length, noteOf(headOf(leaves), 0)]])
    expect(isOf(['WITNESS_QUORUM'], verify(writeFull({ leaves, notes })))).toBe(true)
  })

  test.each(lies)('D: $name, signed by everybody, against a remembered head', ({ events }) => {
    const leaves = sealLog(events)
    const notes = new Map([[leaves.length, noteOf(headOf(leaves))]])
    const report = verify(writeFull({ leaves, notes }), { ...TRUST, pinned: [pinOf(genuine.leaves, 7)] })
    expect(isOf(['FORK_VS_PINNED', 'SHORTER_THAN_PINNED'], report)).toBe(true)
  })

  test('R: a rewind to an honest checkpoint passes (it is an honest log, only old)', () => {
    const leaves = sealLog(EVENTS.slice(0, 2))
    const notes = new Map([[2, noteOf(headOf(leaves))]])
    expect(found(verify(writeFull({ leaves, notes })))).toEqual([])
  })

  test('R + W: the same, for who fetched the newest head from a witness', () => {
    const leaves = sealLog(EVENTS.slice(0, 2))
    const notes = new Map([[2, noteOf(headOf(leaves))]])
    const report = verify(writeFull({ leaves, notes }), { ...TRUST, pinned: [pinOf(genuine.leaves, 7)] })
    expect(found(report)).toEqual(['SHORTER_THAN_PINNED file'])
  })

  test('freeze: the old head is served two hours later', () => {
    const late = { ...TRUST, now: START + 2 * HOUR, maxAgeMs: HOUR }
    expect(found(verify(writeFull(genuine), late))).toEqual(['STALE checkpoint 7'])
    const { leaves } = genuine
    const unwitnessed = writeFull({ leaves, notes: new Map([[7, noteOf(headOf(leaves), 0)]]) })
    expect(found(verify(unwitnessed, { ...late, quorum: 0 }))).toEqual(['STALE checkpoint 7'])
  })

  test('backdating is seen even if everybody signs: witnesses saw the log without the entry', () => {
    const leaves = sealLog((lies.at(-1) as (typeof lies)[0]).events)
    const notes = new Map([3, 7].map((size) => [size, noteOf(headOf(leaves, size))]))
    expect(found(verify(writeFull({ leaves, notes })))).toEqual(['BACKDATED leaf 6'])
  })

  test('postdating is seen: witnesses saw the entry before its time', () => {
    const leaves = sealLog(EVENTS.with(5, { ...(EVENTS[5] as Event), at: START + HOUR }))
    const notes = new Map([[7, noteOf(headOf(leaves))]])
    expect(found(verify(writeFull({ leaves, notes })))).toEqual(['POSTDATED leaf 5'])
    const none = { ...TRUST, quorum: 0, now: START + 60_000 }
    expect(found(verify(writeFull({ leaves, notes }), none))).toEqual(['POSTDATED leaf 5'])
  })
})

describe('lies about whose log it is', () => {
  const { leaves } = honest()
  const head = headOf(leaves)
  const one = (note: string, incarnations = [1]): string[] =>
    writeFull({ leaves, notes: new Map([[7, note]]), incarnations })

  test('another key under the same name, or another site', () => {
    expect(found(verify(one(noteOf(head, 2, strangerKey))))).toContain('NO_LOG_SIGNATURE checkpoint 7')
    const other = { ...head, origin: originOf('other.example', 1) }
    expect(found(verify(one(noteOf(other))))).toContain('WRONG_ORIGIN checkpoint 7')
  })

  test('the key of one incarnation under the name of another', () => {
    const next = noteOf(headOf(leaves, 7, 2), 2)
    const text = next.slice(0, next.indexOf('\n\n') + 1)
    const signed = signNote(nodeCrypto, text, { ...logKey, name: head.origin })
    expect(found(verify(one(signed, [2])))).toContain('NO_LOG_SIGNATURE checkpoint 7')
  })

  test('a head that does not follow from the leaves is not handed on as one to remember', () => {
    const other = sealLog(EVENTS.with(1, { ...(EVENTS[1] as Event), state: { z: 1 } }))
    const { notes } = honest()
    expect(verify(writeFull({ leaves: other, notes })).head).toBe(null)
  })

  test('one witness that signs twice, under two names, is one witness', () => {
    const twin = { ...(witnesses[0] as (typeof witnesses)[0]), name: 'twin.example' }
    const text = noteOf(head, 1)
    const checkpoint = text.slice(0, text.indexOf('\n\n') + 1)
    const note = text + cosignatureLine(nodeCrypto, checkpoint, twin, START / 1000)
    const trust = {
      ...TRUST,
      witnesses: [...TRUST.witnesses, formatVkey(nodeCrypto, twin.name, 4, twin.publicKey)],
    }
    expect(found(verify(one(note), trust))).toEqual(['WITNESS_QUORUM checkpoint 7'])
  })

  test('a checkpoint out of order, or one of more leaves than there are', () => {
    const lines = writeFull(honest())
    const swapped = lines.with(4, lines[9] as string).with(9, lines[4] as string)
    expect(found(verify(swapped))).toContain('MISSING_LEAVES leaves 3 to 6')
    expect(found(verify(swapped))).toContain('CHECKPOINT_ORDER checkpoint 3')
  })

  test('a next incarnation that nothing announced', () => {
    const note = noteOf(headOf(leaves, 7, 2))
    expect(found(verify(one(note, [2])))).toContain('INCARNATION_UNANNOUNCED checkpoint 7')
  })

  test('settings that cannot be meant are refused before anything is read', () => {
    const rows: [Partial<Trust>, RegExp][] = [
      [{ quorum: 4 }, /quorum of 0 to 3/],
      [{ vkeys: [] }, /log keys of one site, got none/],
      [{ vkeys: TRUST.witnesses }, /type 1, got type 4/],
      [{ witnesses: TRUST.vkeys }, /type 4, got type 1/],
      [{ vkeys: [formatVkey(nodeCrypto, SITE, 1, strangerKey.publicKey)] }, /named "<site>\/log\//],
      [{ pinned: [{ size: 0, root: '' }] }, /pinned head/],
    ]
    for (const [change, message] of rows)
      expect(() => createVerifier(nodeCrypto, { ...TRUST, ...change })).toThrow(message)
  })
})
