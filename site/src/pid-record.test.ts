import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endAll, isAlive, parseRecord, readPids, recordPid, startTimeOf } from './pid-record.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cs-pids-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const fields = (state: string) => `${state} ${Array.from({ length: 40 }, (_, at) => at + 4).join(' ')}`

test.each([
  ['plain', `7 (node) ${fields('S')}`, '22'],
  ['brackets and blanks in the name', `7 (a) b (c)) ${fields('R')}`, '22'],
  ['a zombie has ended', `7 (node) ${fields('Z')}`, undefined],
  ['nonsense', 'nonsense', undefined],
])('start time of a stat line: %s', (_, line, expected) => {
  expect(startTimeOf(line)).toBe(expected)
})

test.each([
  ['', undefined],
  ['{"name":"web1","pid":12,"sta', undefined],
  ['{"name":"web1","pid":1,"start":"5"}', undefined],
  ['{"name":"web1","pid":0,"start":"5"}', undefined],
  ['{"name":"web1","pid":-12,"start":"5"}', undefined],
  ['{"name":"web1","pid":"12","start":"5"}', undefined],
  ['{"name":"web1","pid":12,"start":"5"}', { name: 'web1', pid: 12, start: '5' }],
])('a pid record is whole or nothing: %s', (text, expected) => {
  expect(parseRecord(text)).toEqual(expected)
})

test('a recorded process is ended, even one that does not listen', async () => {
  const deaf = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'])
  await new Promise((resolve) => deaf.stdout.once('data', resolve))
  recordPid(folder, 'deaf', deaf.pid!)
  const records = readPids(folder)
  expect(records.map(isAlive)).toEqual([true])
  expect(await endAll(records, 100)).toEqual([])
  expect(records.map(isAlive)).toEqual([false])
})

test('a process that reused the pid is left alone', async () => {
  const stranger = spawn('sleep', ['30'])
  const record = { name: 'ours', pid: stranger.pid!, start: '1' }
  writeFileSync(join(folder, 'ours.json'), JSON.stringify(record))
  expect(await endAll(readPids(folder), 100)).toEqual([])
  expect(stranger.signalCode).toBeNull()
  expect(isAlive(recordPid(folder, 'stranger', stranger.pid!))).toBe(true)
  stranger.kill('SIGKILL')
})
