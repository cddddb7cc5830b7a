import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMachineKey, readMachineKey } from './machine-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('reads the key that it made, as long as nobody else can', () => {
  const file = join(folder, 'machine.key')
  const { publicKey } = createMachineKey(file)
  expect(readMachineKey(file).publicKey).toBe(publicKey)
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(file, mode)
    expect(() => readMachineKey(file)).toThrow(/expected mode 600/)
  }
})

test('never writes over a key', () => {
  const file = join(folder, 'machine.key')
  createMachineKey(file)
  expect(() => createMachineKey(file)).toThrow(/EEXIST/)
})
