import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RunnerFault } from '../fault.ts'
import { createJournal, journalFileOf, openJournal } from './journal.ts'
import { lockState } from './lock.ts'

let state = ''
let file = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'countersign-journal-'))
  file = journalFileOf(state)
  createJournal(state, { runner: 'runner-1', key: 'key', genesis: 'sha256:00' }, 1)
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const open = (at = 5, sure = true) => openJournal(state, () => ({ at, sure }))

function withThreeLines(): Buffer {
  const journal = open()
  for (const task of ['a', 'b', 'c']) journal.append({ type: 'answered', task })
  journal.close()
  return readFileSync(file)
}

test('remembers what was appended, and the latest time that was agreed on', () => {
  withThreeLines()
  const journal = open(99, false)
  journal.append({ type: 'answered', task: 'd' })
  journal.close()
  const again = open()
  expect([...again.state.answered]).toEqual(['a', 'b', 'c', 'd'])
  expect(again.state.floor).toBe(5)
  expect(again.head).toBe(5)
  again.close()
})

test('drops a torn last line, wherever it was cut, and writes on', () => {
  const whole = withThreeLines()
  const last = whole.lastIndexOf(10, whole.length - 2) + 1
  fc.assert(
    fc.property(fc.integer({ min: last, max: whole.length - 1 }), (cut) => {
      writeFileSync(file, whole.subarray(0, cut))
      const journal = open()
      expect([...journal.state.answered]).toEqual(['a', 'b'])
      journal.append({ type: 'answered', task: 'e' })
      journal.close()
      const again = open()
      expect([...again.state.answered]).toEqual(['a', 'b', 'e'])
      again.close()
    }),
    { numRuns: 25 },
  )
})

test('refuses to start when a byte in a whole line was changed', () => {
  const whole = withThreeLines()
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: whole.length - 2 }),
      fc.integer({ min: 1, max: 255 }),
      (at, flip) => {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] ?? 0) ^ flip
        writeFileSync(file, changed)
        expect(open).toThrow(RunnerFault)
      },
    ),
    { numRuns: 50 },
  )
})

test('refuses to start without its middle', () => {
  const lines = withThreeLines().toString().split('\n')
  lines.splice(2, 1)
  writeFileSync(file, lines.join('\n'))
  expect(open).toThrow(/broken/)
})

test('refuses to start without a journal, or with an empty one', () => {
  truncateSync(file, 0)
  expect(open).toThrow(/empty/)
  rmSync(file)
  expect(open).toThrow(/missing/)
})

test('never begins a second journal over one', () => {
  expect(() => createJournal(state, { runner: 'r', key: 'k', genesis: 'sha256:00' }, 1)).toThrow(RunnerFault)
})

test('takes no line after a failed one', () => {
  const journal = open()
  journal.close()
  expect(() => journal.append({ type: 'answered', task: 'x' })).toThrow(RunnerFault)
})

test('lets one process in, and takes over the lock of a dead one', () => {
  appendFileSync(join(state, 'runner.lock'), '999999999 1')
  const unlock = lockState(state)
  writeFileSync(join(state, 'runner.lock'), `${process.ppid} ${startOf(process.ppid)}`)
  expect(() => lockState(state)).toThrow(/already runs/)
  unlock()
  lockState(state)()
})

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
