/**
 * The arrows of ARCHITECTURE.md, as a test. A room imports its own files and what its rule lists; anything else fails
 * with the reason. Tests and testing folders may reach further: they are not shipped.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

type Rule = { mayImport: string[]; why: string }

const ours = (...rooms: string[]) => rooms.map((room) => `@countersign/${room}/`)

const rules: Record<string, Rule> = {
  core: { mayImport: [], why: 'core decides; it never reads a clock, a disk, a socket or a parser' },
  trail: {
    mayImport: [],
    why: 'trail proves; its crypto comes in as a parameter, so that it runs in a browser too',
  },
  crypto: {
    mayImport: ['node:', ...ours('core', 'trail')],
    why: 'crypto puts the parameters that core and trail ask for on top of node:crypto, once for all programs',
  },
  language: {
    mayImport: ['node:path', 'node:url', 'node:fs', 'yaml', 'zod', '@marcbachmann/cel-js', ...ours('core')],
    why: 'language reads what operators write into core types; it decides nothing',
  },
  contract: { mayImport: ['zod', ...ours('core')], why: 'contract is data that a browser loads too' },
  client: { mayImport: ['zod', ...ours('contract')], why: 'client is made from the contract alone' },
  drivers: {
    mayImport: ['node:', ...ours('core')],
    why: 'drivers are hands: they decide nothing and sign nothing',
  },
  server: {
    mayImport: [
      'node:',
      'fastify',
      'graphile-worker',
      'pg',
      'pino',
      'zod',
      ...ours('core', 'crypto', 'language', 'trail', 'contract'),
    ],
    why: 'the server holds no key to a target, so it knows no driver and no runner',
  },
  runner: {
    mayImport: ['node:', ...ours('core', 'crypto', 'trail', 'drivers', 'language')],
    why: 'the runner checks everything itself; it needs no server code for it',
  },
  cli: {
    mayImport: [
      'node:',
      'yaml',
      ...ours('client', 'contract', 'crypto', 'trail', 'core', 'language'),
      '@countersign/server/main',
      '@countersign/server/database/',
      '@countersign/runner/main',
      '@countersign/runner/program',
      '@countersign/runner/enrol',
      '@countersign/runner/keys',
      '@countersign/runner/journal/',
    ],
    why: 'cli is made from the contract and the offline tools; it starts server and runner as programs only',
  },
}

const rooms = Object.entries(rules).map(([room, rule]) => ({ room, ...rule, files: sources(room) }))

describe('arrows', () => {
  test.each(rooms)('$room imports only what it may', ({ room, mayImport, why, files }) => {
    expect(files.length, 'the rule looks at something').toBeGreaterThan(0)
    const strangers = files.flatMap((file) =>
      imports(file)
        .filter(
          (name) => !isInside(room, file, name) && !mayImport.some((allowed) => isAllowed(name, allowed)),
        )
        .map((name) => `${file} imports ${name}`),
    )
    expect(strangers, why).toEqual([])
  })
})

describe('words', () => {
  test('trail knows no word of the product', () => {
    const words = /\b(incident|approval|approve|runbook|runner|proposal|grant|policy|operator)s?\b/i
    const found = sources('trail').filter((file) => words.test(withoutComments(file)))
    expect(found, 'what approvals mean is audited in core; trail proves bytes').toEqual([])
  })

  test('nothing is called utils, helpers, common or types', () => {
    const vague = /\/(utils?|helpers?|common|types|misc)(\/|\.ts$)/
    const found = Object.keys(rules).flatMap((room) => sources(room).filter((file) => vague.test(file)))
    expect(found, 'a file is named after the question it answers').toEqual([])
  })
})

function sources(room: string): string[] {
  return readdirSync(`${room}/src`, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        /\.tsx?$/.test(path) &&
        !path.includes('.test.') &&
        !/(^|\/)(testing|conformance)(\/|\.ts)/.test(path),
    )
    .map((path) => `${room}/src/${path}`)
}

function imports(file: string): string[] {
  const names = readFileSync(file, 'utf8').matchAll(/(?<![.\w])(?:from|import)\s*\(?\s*['"]([^'"\s]+)['"]/g)
  return [...names].flatMap((match) => match[1] ?? [])
}

function withoutComments(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

function isInside(room: string, file: string, name: string): boolean {
  return name.startsWith('.') && join(dirname(file), name).startsWith(`${room}/src/`)
}

/** A rule that ends in `/` or `:` is a prefix; any other is a package or module by its whole name. */
function isAllowed(name: string, allowed: string): boolean {
  return name === allowed || (/[/:]$/.test(allowed) && name.startsWith(allowed))
}
