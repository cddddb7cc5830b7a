/**
 * The journal's text: one line per append, `<hash> <json>`, where the hash covers the line before. A last line
 * without its end is a write that was cut off, and nothing rested on it yet; any other flaw means a changed record.
 */
import { createHash } from 'node:crypto'
import type { Line } from './entry.ts'

export const NO_LINE = '0'.repeat(64)

export function writeLine(previous: string, line: Line): { text: string; hash: string } {
  const json = JSON.stringify(line)
  const hash = hashOf(previous, json)
  return { text: `${hash} ${json}\n`, hash }
}

export type ReadJournal =
  | { lines: Line[]; hash: string /** Bytes that hold; what follows is a torn last line. */; length: number }
  | { broken: string }

export function readLines(bytes: Buffer): ReadJournal {
  const lines: Line[] = []
  let hash = NO_LINE
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const text = bytes.toString('utf8', start, end)
    const json = text.slice(65)
    const expected = hashOf(hash, json)
    if (text.slice(0, 65) !== `${expected} `)
      return { broken: `line ${lines.length + 1} does not match its hash` }
    const line = JSON.parse(json) as Line
    if (line.n !== lines.length + 1) return { broken: `expected line ${lines.length + 1}, got ${line.n}` }
    lines.push(line)
    hash = expected
    start = end + 1
  }
  return { lines, hash, length: start }
}

function hashOf(previous: string, json: string): string {
  return createHash('sha256').update(previous).update('\n').update(json).digest('hex')
}
