/** Keys that were revoked at this runner, whatever the chain says: one per line, read before every check. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../journal/durable.ts'

export function readRevoked(state: string): string[] {
  const file = fileOf(state)
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** Takes effect at once, also in a running runner; there is no way to take it back but to edit the file. */
export function revokeKey(state: string, key: string): void {
  const lines = readRevoked(state)
  if (!lines.includes(key.trim())) writeDurably(fileOf(state), `${[...lines, key.trim()].join('\n')}\n`)
}

function fileOf(state: string): string {
  return join(state, 'revoked')
}
