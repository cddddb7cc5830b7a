import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@countersign/crypto/node'
import { originOf } from '@countersign/trail/checkpoint'
import { formatVkey } from '@countersign/trail/note'
import { honest, SITE, strangerKey, TRUST, writeFull } from '@countersign/trail/testing/sample-log'
import { afterAll, describe, expect, test } from 'vitest'
import { command as show } from '../incident/show.ts'
import { parse } from '../parse.ts'
import { recorder } from '../testing/recorder.ts'
import { command } from './verify.ts'

const home = mkdtempSync(join(tmpdir(), 'countersign-verify-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const GENESIS = `sha256:${'a'.repeat(64)}`
const lines = writeFull(honest())

function file(name: string, text: string): string {
  const path = join(home, name)
  writeFileSync(path, text)
  return path
}

const settings = { genesis: GENESIS, vkeys: TRUST.vkeys, witnesses: TRUST.witnesses, quorum: TRUST.quorum }
const trust = file('auditor.json', JSON.stringify(settings))

async function verify(text: string, trustFile = trust) {
  const terminal = recorder()
  const exit = await command.run(
    parse('trail verify', command, [file('export', text), '--trust', trustFile], {}),
    terminal,
  )
  const result = terminal.results[0] as {
    verified: boolean
    findings: { where: string; code: string }[]
    entries: number
  }
  return { exit, result, shown: terminal.shown.join('\n') }
}

const whole = lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('')

describe('trail verify', () => {
  test('says yes to an honest export', async () => {
    const { exit, result, shown } = await verify(whole)
    expect([exit, result.verified, result.findings]).toEqual([0, true, []])
    expect(result.entries).toBe(honest().leaves.length)
    expect(shown).toMatch(/^verified: /)
  })

  test('says where, what and what to do when one byte is flipped', async () => {
    const flipped = whole.replace('closed', 'Closed')
    expect(flipped).not.toBe(whole)
    const { exit, result, shown } = await verify(flipped)
    expect([exit, result.verified]).toEqual([5, false])
    expect(result.findings.every(({ where, code }) => where !== '' && code !== '')).toBe(true)
    expect(shown).toMatch(/WHERE +WHAT +MEANS/)
    expect(shown).toContain('hint: ')
  })

  test('finds an empty file, one cut off, and a log of somebody else', async () => {
    expect((await verify('')).exit).toBe(5)
    expect((await verify(whole.slice(0, whole.length / 2))).exit).toBe(5)
    const stranger = formatVkey(nodeCrypto, originOf(SITE, 1), 1, strangerKey.publicKey)
    const { exit, result } = await verify(
      whole,
      file('other.json', JSON.stringify({ ...settings, vkeys: [stranger] })),
    )
    expect(exit).toBe(5)
    expect(result.findings.map(({ code }) => code)).toContain('NO_LOG_SIGNATURE')
  })

  test.each([
    { name: 'no JSON', text: '{', says: 'cannot be read as JSON' },
    {
      name: 'no genesis',
      text: JSON.stringify({ ...settings, genesis: 'x' }),
      says: '"genesis" is no digest',
    },
    {
      name: 'no keys',
      text: JSON.stringify({ ...settings, vkeys: [] }),
      says: '"vkeys" or "witnesses" is no list of keys',
    },
    {
      name: 'a chain that does not verify',
      text: JSON.stringify([{ body: {}, acts: [] }]),
      says: 'trust version',
    },
  ])('does not start from doubtful trust: $name', async ({ text, says }) => {
    await expect(verify(whole, file('doubtful.json', text))).rejects.toThrow(says)
  })
})

test('an incident that an export does not hold is said to be missing', async () => {
  const id = '01900000-0000-7000-8000-000000000001'
  const given = parse('incident show', show, [id, '--file', file('export', whole)], {})
  await expect(show.run(given, recorder())).rejects.toThrow(`holds no incident ${id}`)
})
