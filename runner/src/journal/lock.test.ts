import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockState, putAside } from './lock.ts'

let state: string
let file: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'countersign-lock-'))
  file = join(state, 'runner.lock')
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

test('takes over the lock of a killed process, and leaves nothing behind', () => {
  writeFileSync(file, '999999999 1')
  const unlock = lockState(state)
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  unlock()
  expect(readdirSync(state)).toEqual([])
})

test('puts aside only the stale lock that it read, not the one that a faster process made of it', () => {
  writeFileSync(file, 'faster 1')
  putAside(file, 'stale 1')
  expect(readFileSync(file, 'utf8')).toBe('faster 1')
  putAside(file, 'faster 1')
  putAside(file, 'faster 1')
  expect(readdirSync(state)).toEqual([])
})
