import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completeLinks, installedPackage } from './native.ts'

test('makes the links that npm leaves out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-native-'))
  const installed = installedPackage()
  const links = JSON.parse(readFileSync(join(installed, 'native/pg-symlinks.json'), 'utf8')) as {
    target: string
  }[]
  cpSync(join(installed, 'native'), join(folder, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !links.some(({ target }) => path.endsWith(target)),
  })
  const missing = links.filter(({ target }) => !existsSync(join(folder, target)))
  expect(missing.length).toBe(links.length)
  expect(completeLinks(folder)).toBe(true)
  for (const { target } of links) {
    expect(lstatSync(join(folder, target)).isSymbolicLink()).toBe(true)
    expect(existsSync(join(folder, target))).toBe(true)
  }
  expect(completeLinks(folder)).toBe(true)
  rmSync(folder, { recursive: true })
})
