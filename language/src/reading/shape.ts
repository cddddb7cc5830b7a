/** Checks a file against its Zod schema and turns every issue into a problem with place, both values and a hint. */
import type { z } from 'zod'
import { suggestion } from '../cel/similar.ts'
import type { Path, Source } from './document.ts'
import { type Guide, guideOf } from './guide.ts'
import type { Problem } from './problem.ts'

export type Shaped<T> = { value: T } | { problems: Problem[] }

export function checkShape<S extends z.ZodType>(source: Source, schema: S): Shaped<z.output<S>> {
  const parsed = schema.safeParse(source.value, { reportInput: true })
  if (parsed.success) return { value: parsed.data }
  const guide = guideOf(schema, source.value)
  return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, source, guide, [])) }
}

type Issue = z.core.$ZodIssue

function problemsOf(issue: Issue, source: Source, guide: Guide, base: Path): Problem[] {
  const path = [...base, ...issue.path]
  const name = nameOf(path, source.value)
  const at = (message: string, hint: string): Problem[] => [
    { file: source.file, ...source.placeOf(path), message, hint },
  ]
  const about = guide.describe(path) ?? 'the published schema shows what belongs here'
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        file: source.file,
        ...source.placeOfKey([...path, key]),
        message: `"${key}" is not a setting of ${name}`,
        hint: suggestion(
          key,
          guide.keys(path).filter((known) => known !== key),
        ),
      }))
    case 'invalid_type':
      if (issue.input === undefined) return at(missingText(path, source), about)
      return at(
        `${name}: expected ${TYPE_NAMES[issue.expected] ?? issue.expected}, got ${shown(issue.input)}`,
        about,
      )
    case 'invalid_value': {
      if (issue.input === undefined) return at(missingText(path, source), about)
      const values = issue.values.map(String)
      return at(
        `${name}: expected ${oneOf(values)}, got ${shown(issue.input)}`,
        suggestion(String(issue.input), values),
      )
    }
    case 'too_small':
    case 'too_big':
      return at(`${name}: ${sizeOf(issue)}, got ${shown(issue.input)}`, about)
    case 'invalid_union':
      return ofUnion(issue, source, guide, path)
    case 'invalid_key':
      return issue.issues.flatMap((inner) => [
        {
          file: source.file,
          ...source.placeOfKey(path),
          message: `${name}: not a name`,
          hint: inner.message,
        },
      ])
    default:
      return at(`${name}: not accepted, got ${shown(issue.input)}`, issue.message)
  }
}

/** The member of a union that came furthest says best what is wrong. */
function ofUnion(
  issue: Issue & { code: 'invalid_union' },
  source: Source,
  guide: Guide,
  path: Path,
): Problem[] {
  const members = issue.errors.filter((issues) => issues.length > 0)
  const deepest = members.find((issues) => issues.every(({ path: inner }) => inner.length > 0))
  if (deepest !== undefined) return deepest.flatMap((inner) => problemsOf(inner, source, guide, path))
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
  const input = valueAt(source.value, path)
  const given = shown(input)
  const hint =
    options.length > 0
      ? suggestion(input === undefined ? '' : given.replaceAll('"', ''), options)
      : guide.describe(path)
  const message =
    input === undefined
      ? missingText(path, source)
      : `${nameOf(path, source.value)}: fits none of the allowed forms, got ${given}`
  return [{ file: source.file, ...source.placeOf(path), message, hint: hint ?? 'see the published schema' }]
}

function missingText(path: Path, source: Source): string {
  return `"${String(path.at(-1))}" is missing in ${nameOf(path.slice(0, -1), source.value)}`
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at, part) => (at as Record<PropertyKey, unknown> | null | undefined)?.[part], value)
}

function sizeOf(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  const limit =
    issue.code === 'too_small' ? `at least ${String(issue.minimum)}` : `at most ${String(issue.maximum)}`
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : ''
  return `expected ${limit}${unit}`
}

/** `clauses[no-way-back].when`: by id where there is one, else by number; `the file` at the top. */
export function nameOf(path: Path, value: unknown): string {
  const parts = path.map((part, index) => {
    if (typeof part !== 'number') return index === 0 ? String(part) : `.${String(part)}`
    const item = valueAt(value, path.slice(0, index + 1)) as { id?: unknown } | null | undefined
    return `[${typeof item?.id === 'string' ? item.id : part}]`
  })
  return parts.length === 0 ? 'the file' : parts.join('')
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'settings (key: value)',
  record: 'settings (key: value)',
}

export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return typeof value === 'object' ? 'settings (key: value)' : String(value)
}
