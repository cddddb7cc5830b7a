/** Every shipped file is damaged in many ways: each damage is found, with place and hint, and nothing ever crashes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Document, isCollection, isMap, isScalar, isSeq, parse, parseDocument } from 'yaml'
import { shippedFiles } from '../testing/shipped.ts'
import { checkFolder } from './check.ts'
import type { FileText } from './folder.ts'

const FILES = shippedFiles()
type At = (string | number)[]
type Mutation = { what: string; text: string }

/** Keys that may be left out; keys whose names are the operator's own; values that may be anything. */
const OPTIONAL =
  /^(approvers|exceptions|evidence|area|facts|pattern|min|max|default|data|dependencies|floor|peak|freezes|people|reach|api|channels|health|logBehind|runnerSilent|port|protect|environment|criticality|customers|regulated|customer|alertmanager|host|service)$/
const FREE = new Set(['labels', 'match', 'with', 'parameters'])
const WORDS = new Set([
  'class',
  'outcome',
  'risk',
  'approval',
  'ifNotBetter',
  'kind',
  'whenNot',
  'type',
  'uses',
  'source',
  'step',
  'environment',
  'criticality',
  'customers',
  'regulated',
  'customer',
  'driver',
  'witnesses',
  'channel',
])

function pathsOf(document: Document): At[] {
  const paths: At[] = []
  const visit = (node: unknown, path: At): void => {
    if (path.length > 0) paths.push(path)
    if (isMap(node))
      for (const pair of node.items)
        visit(pair.value, [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)])
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, [...path, index])
  }
  visit(document.contents, [])
  return paths
}

/** Long lists of like things are thinned out: the first and the last say as much as all forty. */
function isKept(path: At, document: Document): boolean {
  return path.every((part, index) => {
    if (typeof part !== 'number') return true
    const list = document.getIn(path.slice(0, index), true)
    return part < 1 || (isSeq(list) && part === list.items.length - 1)
  })
}

function changed(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text)
  change(document)
  return document.toString({ lineWidth: 0 })
}

function mutationsOf({ text }: FileText): Mutation[] {
  const document = parseDocument(text)
  const list: Mutation[] = []
  for (const path of pathsOf(document).filter((one) => isKept(one, document))) {
    const key = path.at(-1)
    const parent = path.at(-2)
    const name = path.join('.')
    const add = (what: string, change: (one: Document) => void) =>
      list.push({ what: `${what} ${name}`, text: changed(text, change) })
    const isFree = typeof key === 'string' && FREE.has(String(parent))
    const isAny = path.includes('with') && path[0] === 'steps'
    if (typeof key === 'string' && !isFree && !OPTIONAL.test(key)) add('drop', (one) => one.deleteIn(path))
    if (typeof key === 'string' && !isFree && !isAny)
      add('rename', (one) => {
        const value = one.getIn(path, true)
        one.deleteIn(path)
        one.setIn([...path.slice(0, -1), `${key}x`], value)
      })
    if (isAny) continue
    const node = document.getIn(path, true)
    add('put a wrong type into', (one) =>
      one.setIn(path, isCollection(node) ? 17.5 : one.createNode([['a']])),
    )
    if (typeof key === 'string' && WORDS.has(key) && isScalar(node))
      add('mistype', (one) => one.setIn(path, `${String(node.value).slice(0, -1)}q`))
  }
  return list
}

function wordMutationsOf({ text }: FileText): Mutation[] {
  const replaceEach = (what: string, pattern: RegExp, by: (match: string) => string): Mutation[] =>
    [...text.matchAll(pattern)]
      .filter((_, index) => index % 3 === 0)
      .map((match) => ({
        what: `${what} at ${match.index}: ${match[0]}`,
        text: text.slice(0, match.index) + by(match[0]) + text.slice(match.index + match[0].length),
      }))
  return [
    ...replaceEach(
      'mistype a fact',
      /\b(action|scope|target|evidence|incident|data)\.[a-zA-Z]+(?= (==|!=|>|<|in))/g,
      (fact) => `${fact.slice(0, -1)}`,
    ),
    ...replaceEach(
      'mistype a word of a rule',
      /(?<=(==|in \[)\s?)"[a-z.]+"/g,
      (word) => `${word.slice(0, -2)}"`,
    ),
    ...replaceEach('break a rule', /(?<=when: )[a-z!](?=.*[a-z"0-9]$)/gm, (first) => `(${first}`),
    ...replaceEach('mistype a parameter', /\$\{[a-z]+(\.address)?\}/g, (token) => token.replace('{', '{q')),
    ...replaceEach('leave a placeholder open in', /\$\{target\}/g, () => '${target'),
    ...replaceEach('mistype a length of time', /\b[0-9]+(m|h|d|y|s)\b(?=( }|,|$))/gm, (time) => `${time}x`),
    ...replaceEach('leave a quote open in', /'[^'\n]+'$/gm, (quoted) => quoted.slice(0, -1)),
    ...replaceEach('put a tab before', /^ {2,}(?=[a-z]+:)/gm, () => '\t'),
  ]
}

const without = (file: FileText, text: string) => [
  ...FILES.filter((one) => one !== file),
  { path: file.path, text },
]

/** Alone first, and with all others only where that finds nothing: references lead to other files. */
function problemsOf(file: FileText, text: string) {
  const alone = checkFolder([{ path: file.path, text }])
  return alone.length > 0 ? alone : checkFolder(without(file, text)).filter(Boolean)
}

function expectWellFormed(file: FileText, text: string, what: string) {
  const problems = problemsOf(file, text)
  expect(problems.length, `nobody noticed: ${what}`).toBeGreaterThan(0)
  const lines = text.split('\n')
  for (const { file: path, line, column, message, hint } of problems) {
    expect(path.length * message.length * hint.length, what).toBeGreaterThan(0)
    expect(message, what).not.toMatch(/undefined|\[object|NaN/)
    if (path !== file.path) continue
    expect(line, what).toBeGreaterThanOrEqual(1)
    expect(line, what).toBeLessThanOrEqual(lines.length + 1)
    expect(column, what).toBeGreaterThanOrEqual(1)
  }
}

test('the shipped files and the example are in order', () => {
  expect(FILES.length).toBeGreaterThanOrEqual(9)
  expect(checkFolder(FILES)).toEqual([])
})

describe.each(FILES.map((file) => ({ name: file.path, file })))('$name', ({ file }) => {
  test('a dropped, renamed or mistyped setting, or a wrong type, is found', { timeout: 60_000 }, () => {
    const mutations = mutationsOf(file)
    expect(mutations.length).toBeGreaterThan(15)
    for (const { what, text } of mutations) expectWellFormed(file, text, what)
  })

  test('a damaged word, rule, placeholder or length of time is found', { timeout: 60_000 }, () => {
    for (const { what, text } of wordMutationsOf(file)) {
      if (file.path.includes('people')) continue
      expectWellFormed(file, text, what)
    }
  })

  test('bad indentation is found, or changes nothing', { timeout: 60_000 }, () => {
    const lines = file.text.split('\n')
    const before = JSON.stringify(parse(file.text))
    for (const [index, line] of lines.entries()) {
      if (!/^\s*(- )?[a-zA-Z]+: /.test(line) || index % 3 > 0) continue
      const text = lines.map((one, at) => (at === index ? ` ${one}` : one)).join('\n')
      if (isSame(text, before)) continue
      expectWellFormed(file, text, `indent line ${index + 1}: ${line}`)
    }
  })

  test('random damage never crashes it, and problems stay inside the file', { timeout: 60_000 }, () => {
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(40),
      put: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom(
          '"',
          '{',
          '[',
          ':',
          '\n',
          '\t',
          '&a',
          '*a',
          '<<: ',
          '!!js ',
          '---\n',
          '${',
          '__proto__: 1\n',
        ),
      ),
    })
    fc.assert(
      fc.property(damage, ({ at, cut, put }) => {
        const start = Math.floor(at * file.text.length)
        const text = file.text.slice(0, start) + put + file.text.slice(start + cut)
        for (const { line, column } of checkFolder([{ path: file.path, text }])) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(text.split('\n').length + 1)
          expect(column).toBeGreaterThanOrEqual(1)
        }
      }),
      { numRuns: 60 },
    )
  })
})

function isSame(text: string, before: string): boolean {
  try {
    return JSON.stringify(parse(text)) === before
  } catch {
    return false
  }
}
