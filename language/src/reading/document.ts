/** A YAML file with the place of every value, so that whatever is wrong later can point at it. */
import { isCollection, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import type { Problem } from './problem.ts'

/** Files are small by nature; larger ones are a mistake (or an attack with aliases). */
const MAX_BYTES = 512 * 1024
const MAX_ALIASES = 20

export type Path = readonly PropertyKey[]
export type Place = { line: number; column: number }

export type Source = {
  file: string
  value: unknown
  /** Where the value at `path` stands, or the nearest value around it. */
  placeOf(path: Path): Place
  /** Where the key itself stands. */
  placeOfKey(path: Path): Place
  /** Where the character `offset` of the text value at `path` stands. */
  placeInText(path: Path, offset: number): Place
}

export function openSource(file: string, text: string): { source: Source } | { problems: Problem[] } {
  const tooLarge = text.length > MAX_BYTES
  if (tooLarge) return alone(file, `the file is larger than ${MAX_BYTES} characters`, 'split it')
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  if (!Array.isArray(documents) || documents.length === 0) return alone(file, 'the file is empty', EMPTY_HINT)
  const [document, second] = documents
  if (document === undefined) return alone(file, 'the file is empty', EMPTY_HINT)
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const problems = documents
    .flatMap((one) => [...one.errors, ...one.warnings])
    .map((error) => ({ file, ...place(error.pos[0]), message: yamlMessage(error.message), hint: YAML_HINT }))
  if (second !== undefined)
    problems.push({
      file,
      ...place(second.range[0]),
      message: 'a second document begins here',
      hint: 'one file, one document',
    })
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.value === null || typeof key.value === 'object')
        problems.push({ file, ...place(startOf(key)), message: 'a key is not a word', hint: YAML_HINT })
    },
  })
  if (problems.length > 0) return { problems: firstOfEachLine(problems) }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    if (value === null || value === undefined) return alone(file, 'the file is empty', EMPTY_HINT)
    return { source: locate(file, value, document.contents, text, place) }
  } catch (error) {
    return alone(file, yamlMessage(error instanceof Error ? error.message : String(error)), YAML_HINT)
  }
}

const EMPTY_HINT = 'the examples in docs show what belongs here'
const YAML_HINT = 'check indentation, quotes and colons around this place'

function alone(file: string, message: string, hint: string): { problems: Problem[] } {
  return { problems: [{ file, line: 1, column: 1, message, hint }] }
}

/** One slip makes a parser complain many times; the first complaint about a line is the one that helps. */
function firstOfEachLine(problems: Problem[]): Problem[] {
  return problems.filter((one, index) => problems.findIndex((other) => other.line === one.line) === index)
}

function yamlMessage(message: string): string {
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

function locate(
  file: string,
  value: unknown,
  root: unknown,
  text: string,
  place: (offset: number) => Place,
): Source {
  return {
    file,
    value,
    placeOf: (path) => place(startOf(nearest(root, path))),
    placeOfKey: (path) => {
      const parent = nearest(root, path.slice(0, -1))
      const pair = isMap(parent)
        ? parent.items.find((one) => keyOf(one.key) === String(path.at(-1)))
        : undefined
      return place(startOf(pair?.key ?? nearest(root, path)))
    },
    placeInText: (path, offset) => {
      const node = nearest(root, path)
      if (!isScalar(node) || !node.range) return place(startOf(node))
      const [start, end] = node.range
      const raw = text.slice(start, end)
      const lead = raw.indexOf(String(node.value))
      // folded or escaped text does not stand in the file as it reads: then the beginning must do
      return place(lead < 0 ? start : start + lead + Math.min(offset, raw.length))
    },
  }
}

/** The node at the path, or the deepest one on the way that exists. */
function nearest(root: unknown, path: Path): unknown {
  let node = root
  for (const part of path) {
    if (!isCollection(node)) break
    const next = isMap(node)
      ? node.items.find((one) => keyOf(one.key) === String(part))?.value
      : isSeq(node)
        ? node.items[Number(part)]
        : undefined
    if (next === undefined || next === null) break
    node = next
  }
  return node
}

function startOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}
