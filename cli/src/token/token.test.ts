import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Command } from '../command.ts'
import { parse } from '../parse.ts'
import { recorder } from '../testing/recorder.ts'
import { command as add } from './add.ts'
import { command as list } from './list.ts'
import { command as revoke } from './revoke.ts'
import { loadTokens } from './store.ts'

const home = mkdtempSync(join(tmpdir(), 'countersign-token-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function run(command: Command, line: string) {
  const terminal = recorder()
  await command.run(
    parse('token', command, line.split(' ').filter(Boolean), { COUNTERSIGN_DIR: home }),
    terminal,
  )
  return terminal
}

test('a token is written once, kept as a hash, listed without either, and revoked', async () => {
  await run(add, '--scope read --scope propose --subject agent:helper --for 30d')
  const file = join(home, 'secrets/helper.token')
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  const token = readFileSync(file, 'utf8').trim()
  const [row] = loadTokens(home)
  expect(row).toMatchObject({
    id: 'helper',
    scopes: ['read', 'propose'],
    subject: { kind: 'agent', id: 'helper' },
  })
  expect(row?.sha256).toBe(createHash('sha256').update(token).digest('hex'))
  expect(readFileSync(join(home, 'tokens.yaml'), 'utf8')).not.toContain(token)

  const listed = await run(list, '')
  expect(listed.shown.join('\n')).toContain('agent helper')
  expect(JSON.stringify(listed.results)).not.toContain(row?.sha256 ?? 'missing')

  await run(revoke, 'helper')
  expect(loadTokens(home)).toEqual([])
})

test.each([
  { line: '--scope fly --subject agent:a', says: '"fly" is not a scope' },
  { line: '--scope act --subject agent:a', says: 'an agent may read and propose, nothing else' },
  { line: '--scope read --subject robot:a', says: '"robot:a" is not a subject' },
  { line: '--scope read --subject agent:a --for ever', says: '"ever" is not a length of time' },
])('refuses $line', async ({ line, says }) => {
  await expect(run(add, line)).rejects.toThrow(says)
  expect(loadTokens(home)).toEqual([])
})

test('revoking what is not there says what is', async () => {
  await expect(run(revoke, 'nobody')).rejects.toThrow('there is no token "nobody"')
})
