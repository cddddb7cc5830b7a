/**
 * The documentation says what is there: paths, scripts, commands and links exist, the words of the design have their
 * entries, and the generated tables are those of the code.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { COMMANDS } from '@countersign/cli/commands'
import { findCommand } from '@countersign/cli/parse'
import { describe, expect, test } from 'vitest'
import { PAGES_WITH_TABLES, tables, withTables } from './docs/tables.ts'

const read = (file: string) => readFileSync(file, 'utf8')
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'GLOSSARY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'site/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((file) => ({ file, text: read(file) }))

const manifest = JSON.parse(read('package.json')) as { workspaces: string[]; scripts: Record<string, string> }
const places = [...manifest.workspaces, 'docs', 'policies', 'runbooks', 'scripts', '.ci'].join('|')

/** What stands behind this in the text, without what only looks like it. */
function all(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))]
}

describe.each(pages)('$file', ({ file, text }) => {
  test('names only paths that exist', () => {
    const inRepository = new RegExp(`(?<![\\w./-])((?:${places})/[\\w.-]+(?:/[\\w.-]+)*)`, 'g')
    const missing = all(text, inRepository)
      .map((path) => path.replace(/\.$/, ''))
      .filter((path) => !existsSync(path) && !isWritten(path))
    expect(missing, 'not in the repository').toEqual([])
  })

  test('names only scripts that package.json has', () => {
    const named = all(text, /(?<=^ {4}|`|&& )npm (?:run )?([a-z][a-z0-9:-]*)/gm).filter(
      (name) => !['ci', 'install'].includes(name),
    )
    expect(named.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([])
  })

  test('names only commands that the program has', () => {
    const unknown = codeOf(text)
      .flatMap((code) => all(code, /(?<![\w@/.-])countersign ([a-z][a-z-]*(?: [a-z][a-z-]*)?)/g))
      .filter((words) => !groups.includes(words) && findCommand(words.split(' '), names) === null)
    expect(unknown).toEqual([])
  })

  test('links to files and headings that exist', () => {
    const broken = all(text, /\]\(([^)\s]+)\)/g).filter(
      (link) => !/^https?:/.test(link) && !leads(file, link),
    )
    expect(broken).toEqual([])
  })
})

const names = Object.keys(COMMANDS)
/** `token` in `countersign token`: the group of several commands. */
const groups = [...new Set(names.flatMap((name) => name.split(' ').slice(0, 1)))]

/** Made by `npm ci` or by an installation, so absent in a fresh clone. */
function isWritten(path: string): boolean {
  return /^(cli\/dist|runner\/(hold|token|journal|runner\.(yaml|key)|genesis\.json)|catalogue\/)|\.acts\.json$/.test(
    path,
  )
}

function codeOf(text: string): string[] {
  return [...text.matchAll(/^ {4,}.*$|`[^`\n]+`/gm)].map(([found]) => found)
}

function leads(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (!existsSync(file)) return false
  if (anchor === undefined) return true
  const heads = all(read(file), /^#+ (.+)$/gm)
  return heads.some(
    (head) =>
      head
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-') === anchor,
  )
}

/** The word that tells two forms apart says itself. */
function isFixedWord(line: string): boolean {
  return /\((\w+) \w+\)\.\1`/.test(line)
}

describe('the glossary', () => {
  const words = `signal, incident, evidence, proposal, plan, facts, policy, clause, control, decision, approval, grant,
    execution, step, undo, health, outcome, escalation, ladder, exception, hold, break-glass, review, finding, licence,
    runbook, driver, runner, envelope, journal, catalogue, trust, trail, entry, checkpoint, witness, incarnation,
    refusal, problem, fault, bug`
  const entries = all(read('GLOSSARY.md'), /^\| ([^|]+) \|/gm)
    .filter((word) => word !== 'word' && word !== '---')
    .flatMap((word) => word.split(', '))

  test('has every word of the design', () => {
    expect(words.split(/,\s+/).filter((word) => !entries.includes(word))).toEqual([])
  })

  test('gives each word one meaning', () => {
    expect(entries.filter((word, index) => entries.indexOf(word) < index)).toEqual([])
  })
})

describe('what is made from the code', () => {
  test.each(PAGES_WITH_TABLES)('%s has the tables of today', async (page) => {
    const text = read(`docs/${page}`)
    expect(text, 'run: npx tsx docs/tables.ts').toBe(withTables(text, await tables()))
    expect(text).toMatch(/<!-- table /)
  })

  test('every setting has a sentence', async () => {
    const made = Object.entries(await tables()).filter(([name]) => name.startsWith('settings'))
    const silent = made.flatMap(([name, lines]) =>
      lines
        .split('\n')
        .filter((line) => /\| {2}\|$/.test(line) && !isFixedWord(line))
        .map((line) => `${name}: ${line}`),
    )
    expect(silent).toEqual([])
  })

  test('ARCHITECTURE.md has a row for every room', () => {
    const rows = all(read('ARCHITECTURE.md'), /^\| (`[a-z0-9`, ]+`) \|/gm).flatMap((cell) =>
      all(cell, /`([a-z0-9]+)`/g),
    )
    expect(manifest.workspaces.filter((room) => !rows.includes(room))).toEqual([])
  })

  test('the exit codes of the documents are those of the program', () => {
    const codes = all(read('cli/src/exit.ts'), /^ \* {5}(\d {2}.+)$/gm).map((line) =>
      line.replace('  ', ' | '),
    )
    expect(codes.length).toBeGreaterThan(4)
    for (const code of codes) expect(read('docs/commands.md')).toContain(`| ${code} |`)
  })
})

test('nothing names a path of the machine it was written on', () => {
  const found = pages.filter(({ text }) => /\/(work|root|home|tmp)\//.test(text)).map(({ file }) => file)
  expect(found).toEqual([])
})
