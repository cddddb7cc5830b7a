import { describe, expect, test } from 'vitest'
import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { Stop } from './exit.ts'
import { helpOf } from './help.ts'
import { findCommand, nearest, parse } from './parse.ts'

const command: Command = {
  words: ['ID', '[DIR]'],
  options: {
    key: { value: 'FILE', says: 'a key', required: true },
    person: { value: 'ID', says: 'who', many: true },
    yes: { says: 'no question' },
  },
  examples: ['countersign approve 1 --key k'],
  run: async () => 0,
}

function stop(line: string): Stop {
  try {
    parse('approve', command, line.split(' '), {})
  } catch (error) {
    if (error instanceof Stop) return error
  }
  throw new Error(`expected "${line}" to be refused`)
}

describe('a command line', () => {
  test('gives words, options and the folder', () => {
    const given = parse('approve', command, '7 --key k --person a --person=b --yes'.split(' '), {
      COUNTERSIGN_DIR: '/etc/cs',
    })
    expect([given.word(0), given.text('key'), given.list('person'), given.flag('yes')]).toEqual([
      '7',
      'k',
      ['a', 'b'],
      true,
    ])
    expect(given.dir).toBe('/etc/cs')
    expect(parse('approve', command, '7 --key k --dir here'.split(' '), { COUNTERSIGN_DIR: 'x' }).dir).toBe(
      'here',
    )
  })

  test.each([
    { line: '--key k', message: 'ID is missing' },
    { line: '7', message: '--key FILE is missing' },
    { line: '7 8 9 --key k', message: 'expected 2 words after "approve", got 3' },
    { line: '7 --kee k', message: '"--kee" is not an option of "approve"', hint: 'did you mean --key?' },
    { line: '7 --key', message: "option '--key <value>' argument missing" },
    { line: '7 --key k --yes=no', message: "option '--yes' does not take an argument" },
  ])('is refused: $line', ({ line, message, hint }) => {
    const refused = stop(line)
    expect([refused.exit, refused.message]).toEqual([2, message])
    expect(refused.hint).toContain(hint ?? 'countersign approve --help')
  })
})

test('the longest command wins, and a slip is forgiven with a hint', () => {
  const known = ['incident', 'incident show']
  expect(findCommand(['incident', 'show', '7'], known)).toEqual({ name: 'incident show', rest: ['7'] })
  expect(findCommand(['incident', '7'], known)).toEqual({ name: 'incident', rest: ['7'] })
  expect(findCommand(['nothing'], known)).toBeNull()
  expect(nearest('aprove', Object.keys(COMMANDS))).toBe('approve')
  expect(nearest('xyzzyxyzzy', Object.keys(COMMANDS))).toBeNull()
})

test.each(Object.entries(COMMANDS))('%s has help with an example of itself', async (name, { says, load }) => {
  const { command: loaded } = await load()
  const help = helpOf(name, says, loaded)
  expect(help).toContain(`usage: countersign ${name}`)
  expect(loaded.examples.length).toBeGreaterThan(0)
  for (const example of loaded.examples) {
    expect(example.startsWith(`countersign ${name}`)).toBe(true)
    const rest = words(example).slice(1 + name.split(' ').length)
    expect(() => parse(name, loaded, rest, {})).not.toThrow()
  }
})

/** Splits like a shell, for double quotes only. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
