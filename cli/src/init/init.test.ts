import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignedAct } from '@countersign/core/act/act'
import type { TrustVersion } from '@countersign/core/trust/chain'
import { canonicalBytes } from '@countersign/crypto/digest-of'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command as checkCommand } from '../folder/check.ts'
import { parse } from '../parse.ts'
import { recorder } from '../testing/recorder.ts'
import { command } from './command.ts'
import { completeRunner } from './complete-runner.ts'
import { digestOfTrust } from './genesis.ts'

const home = mkdtempSync(join(tmpdir(), 'countersign-init-'))
const key = (name: string): string => join(home, name)
const site = join(home, 'site')

beforeAll(() => {
  for (const name of ['alice', 'bob', 'carol'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${name}@example`, '-f', key(name)])
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function init(dir: string, ...options: string[]) {
  const terminal = recorder()
  const exit = await command.run(parse('init', command, [dir, ...options], {}), terminal)
  const made = terminal.results[0] as {
    site: string
    onePerson: boolean
    files: { file: string; state: string }[]
    problems: string[]
  }
  return { exit, made, terminal }
}

const both = (): string[] => [
  '--person',
  `alice=governance,sre:${key('alice')}`,
  '--person',
  `bob=sre,lead:${key('bob')}`,
]

function acts(dir: string, file: string): SignedAct[] {
  return JSON.parse(readFileSync(join(dir, file), 'utf8')) as SignedAct[]
}

/** What OpenSSH itself says to the signature, over the same bytes. */
function opensshAgrees({ act, person, key: line, signature }: SignedAct): boolean {
  const dir = mkdtempSync(join(home, 'verify-'))
  writeFileSync(join(dir, 'allowed'), `${person} ${line}\n`)
  writeFileSync(join(dir, 'sig'), signature)
  const asked = [
    '-Y',
    'verify',
    '-f',
    join(dir, 'allowed'),
    '-I',
    person,
    '-n',
    `${act.act}@countersign`,
    '-s',
    join(dir, 'sig'),
  ]
  return spawnSync('ssh-keygen', asked, { input: canonicalBytes(act) }).status === 0
}

describe('init with two people', () => {
  test('writes a folder that checks, with keys that only their owner reads', async () => {
    const { exit, made } = await init(site, '--name', 'shop.test', '--agent', 'helper', ...both())
    expect([exit, made.onePerson, made.problems]).toEqual([0, false, []])
    for (const file of [
      'keys/grant.key',
      'keys/log.key',
      'runner/runner.key',
      'runner/token',
      'secrets/cli.token',
      'tokens.yaml',
    ])
      expect((statSync(join(site, file)).mode & 0o777).toString(8), file).toBe('600')
    const { body } = JSON.parse(readFileSync(join(site, 'trust/1.json'), 'utf8')) as TrustVersion
    expect([digestOfTrust(body), body.quorum.people, body.onePerson]).toEqual([made.site, 2, false])
    expect(JSON.parse(readFileSync(join(site, 'cli.json'), 'utf8'))).toMatchObject({ site: made.site })
    expect(readFileSync(join(site, 'runner/runner.yaml'), 'utf8')).toContain(made.site)
    const terminal = recorder()
    expect(await checkCommand.run(parse('check', checkCommand, [site], {}), terminal)).toBe(0)
  })

  test('makes acts that OpenSSH accepts, and that hold for nothing else', () => {
    const genesis = JSON.parse(readFileSync(join(site, 'trust/1.json'), 'utf8')) as TrustVersion
    const published = acts(site, 'policies/default.acts.json')
    for (const signed of [...genesis.acts, ...published])
      expect(opensshAgrees(signed), signed.act.act).toBe(true)
    expect(genesis.acts.map(({ person }) => person)).toEqual(['alice', 'bob'])
    expect(published.map(({ act }) => act.act)).toEqual(['publish', 'publish'])
    const [first] = published as [SignedAct]
    expect(opensshAgrees({ ...first, act: { ...first.act, act: 'approve' } })).toBe(false)
    expect(opensshAgrees({ ...first, act: { ...first.act, role: 'lead' } })).toBe(false)
  })

  test('keeps everything that is there, and says so', async () => {
    const before = readFileSync(join(site, 'trust/1.json'), 'utf8')
    const { made } = await init(site, ...both())
    expect(new Set(made.files.map(({ state }) => state))).toEqual(new Set(['kept', 'left out']))
    expect(readFileSync(join(site, 'trust/1.json'), 'utf8')).toBe(before)
  })

  test('completes a folder whose signatures were taken away', async () => {
    const copy = join(home, 'copy')
    cpSync(site, copy, { recursive: true })
    rmSync(join(copy, 'policies/default.acts.json'))
    const { made } = await init(copy, ...both())
    expect(made.files.filter(({ state }) => state === 'written').map(({ file }) => file)).toEqual([
      'policies/default.acts.json',
    ])
    expect(acts(copy, 'policies/default.acts.json')).toHaveLength(2)
  })
})

describe('init', () => {
  test('marks a one-person install, in the chain and in words', async () => {
    const { made, terminal } = await init(join(home, 'alone'), '--person', `me=governance:${key('carol')}`)
    expect(made.onePerson).toBe(true)
    expect(terminal.shown.join('\n')).toContain('One person holds this site: me.')
    const { body } = JSON.parse(readFileSync(join(home, 'alone/trust/1.json'), 'utf8')) as TrustVersion
    expect([body.onePerson, body.quorum.people]).toEqual([true, 1])
  })

  test.each([
    { name: 'nobody', options: () => [], says: 'nobody is there to make the first trust version' },
    {
      name: 'nobody with governance',
      options: () => ['--person', `a=sre:${key('alice')}`],
      says: 'nobody holds the role "governance"',
    },
    {
      name: 'one key for two',
      options: () => ['--person', `a=governance:${key('alice')}`, '--person', `b=sre:${key('alice')}`],
      says: 'has the same key as somebody else',
    },
    {
      name: 'a file that is no key',
      options: () => ['--person', `a=governance:${join(site, 'cli.json')}`],
      says: 'cannot read',
    },
    {
      name: 'a missing key',
      options: () => ['--person', 'a=governance:/nowhere'],
      says: 'there is no key at "/nowhere"',
    },
    {
      name: 'a wrong name',
      options: () => ['--name', 'Shop Test', ...both()],
      says: '"Shop Test" is not a name of a site',
    },
  ])('refuses $name, and writes no trust', async ({ options, says }) => {
    const dir = join(home, 'refused')
    await expect(init(dir, ...options())).rejects.toThrow(says)
    expect(existsSync(join(dir, 'trust/1.json'))).toBe(false)
  })
})

test('check names every error at once, each with its place and a hint', async () => {
  const broken = join(home, 'broken')
  cpSync(site, broken, { recursive: true })
  const config = readFileSync(join(broken, 'countersign.yaml'), 'utf8')
  writeFileSync(
    join(broken, 'countersign.yaml'),
    config.replace('timeout: 3s', 'timeout: soon').replace('people:', 'poeple:'),
  )
  writeFileSync(join(broken, 'tokens.yaml'), 'version: 1\ntokens:\n  - { id: x, sha256: short }\n')
  mkdirSync(join(broken, 'catalogue'), { recursive: true })
  writeFileSync(join(broken, 'catalogue/more.yaml'), 'version: 1\nservices: [\n')
  const terminal = recorder()
  expect(await checkCommand.run(parse('check', checkCommand, [broken], {}), terminal)).toBe(1)
  const { problems } = terminal.results[0] as { problems: { file: string; line: number; hint: string }[] }
  expect(new Set(problems.map(({ file }) => file))).toEqual(
    new Set(['countersign.yaml', 'catalogue/more.yaml', 'tokens.yaml']),
  )
  expect(problems.every(({ line, hint }) => line > 0 && hint !== '')).toBe(true)
  expect(terminal.shown.join('\n')).toMatch(/countersign\.yaml:\d+:\d+: /)
})

test('zeros in an existing runner.yaml are filled in, comments and everything else stay', () => {
  const zeros = `sha256:${'0'.repeat(64)}`
  const text = `trust: { genesis: '${zeros}' }\nunsigned:\n  - runbook: a\n    digest: ${zeros}\n  - runbook: b\n    digest: ${zeros}\n# digest: ${zeros}\n`
  const filled = completeRunner(text, `sha256:${'1'.repeat(64)}`, { a: `sha256:${'2'.repeat(64)}` })
  expect(filled.split('\n').map((line) => line.match(/:(\d)\1{63}/)?.[1] ?? '')).toEqual([
    '1',
    '',
    '',
    '2',
    '',
    '0',
    '0',
    '',
  ])
})
