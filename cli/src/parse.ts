/** From the command line to a command and what was given to it. Whatever is not understood is refused with a hint. */
import { parseArgs } from 'node:util'
import { COMMON, type Command, type Given, type Option } from './command.ts'
import { usage } from './exit.ts'

/** Splits the words of the command from what follows: the longest name that is known wins. */
export function findCommand(
  argv: readonly string[],
  known: readonly string[],
): { name: string; rest: string[] } | null {
  const words = argv.slice(0, 2)
  for (let count = words.length; count > 0; count--) {
    const name = words.slice(0, count).join(' ')
    if (known.includes(name)) return { name, rest: argv.slice(count) }
  }
  return null
}

/** The known word nearest to what was typed, for a hint; null where none is near. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const ranked = known
    .map((word) => ({ word, distance: distance(typed, word) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(2, typed.length / 3) ? best.word : null
}

/** Levenshtein, for words of a command line. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] ?? 0
}

/** Throws a `Stop` with exit 2 where the line does not fit the command. */
export function parse(
  name: string,
  command: Command,
  rest: string[],
  env: Readonly<Record<string, string | undefined>>,
): Given {
  const options = { ...COMMON, ...command.options }
  const { values, positionals } = read(name, rest, options)
  checkWords(name, command.words, positionals)
  const value = (option: string): string | null => lastOf(values[option])
  const given: Given = {
    words: positionals,
    dir: value('dir') ?? (env['COUNTERSIGN_DIR'] || '.'),
    word: (index) => positionals[index] ?? missing(name, command.words[index] ?? 'a word'),
    text: value,
    need: (option) => value(option) ?? missing(name, `--${option} ${options[option]?.value ?? ''}`.trim()),
    list: (option) => (values[option] as string[] | undefined) ?? [],
    flag: (option) => values[option] === true,
  }
  for (const [option, { required }] of Object.entries(command.options)) if (required) given.need(option)
  return given
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>

function read(
  name: string,
  rest: string[],
  options: Readonly<Record<string, Option>>,
): { values: Values; positionals: string[] } {
  const config = Object.entries(options).map(([option, { value, many }]) => [
    option,
    { type: value === undefined ? 'boolean' : 'string', multiple: many === true },
  ])
  try {
    return parseArgs({
      args: rest,
      options: Object.fromEntries(config),
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const [, unknown = ''] = /Unknown option '--?([^' ]+)'/.exec(message) ?? []
    if (unknown === '') throw usage(firstSentence(message), `see \`countersign ${name} --help\``)
    const near = nearest(unknown, Object.keys(options))
    const hint = near === null ? `see \`countersign ${name} --help\`` : `did you mean --${near}?`
    throw usage(`"--${unknown}" is not an option of "${name}"`, hint)
  }
}

function firstSentence(message: string): string {
  const [first = message] = message.split('. ')
  return first.replace(/\.$/, '').replace(/^Option/, 'option')
}

function checkWords(name: string, expected: readonly string[], got: readonly string[]): void {
  const many = expected.some((word) => word.endsWith('...'))
  if (!many && got.length > expected.length)
    throw usage(
      `expected ${expected.length} word${expected.length === 1 ? '' : 's'} after "${name}", got ${got.length}`,
      `see \`countersign ${name} --help\``,
    )
  expected.forEach((word, index) => {
    if (got[index] === undefined && !word.startsWith('[') && !word.endsWith('...')) missing(name, word)
  })
}

function missing(name: string, what: string): never {
  throw usage(`${what} is missing`, `see \`countersign ${name} --help\``)
}

function lastOf(value: Values[string]): string | null {
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : null
}
