/** Keys that were revoked at this runner, whatever the chain says: one per line, read before every check. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@countersign/core/kernel/json'
import type { TrustBody } from '@countersign/core/trust/chain'
import { bareKey } from '@countersign/core/trust/lookup'
import { readTrustVersion } from '@countersign/core/trust/read-chain'
import { RunnerFault } from '../fault.ts'
import { writeDurably } from '../journal/durable.ts'
import { type ChainPlace, readChainFile } from './chain-file.ts'

/** Throws `RunnerFault` where the list is there and cannot be read: that must never look like an empty one. */
export function readRevoked(state: string): string[] {
  return textOf(fileOf(state))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/**
 * Takes effect at once, also in a running runner; there is no way to take it back but to edit the file. Throws
 * `RunnerFault` for a key that no version of the chain names: a slip of the hand would leave the right one in force.
 */
export function revokeKey(at: ChainPlace, key: string): void {
  const gone = bareKey(key)
  const known = readChainFile(at).flatMap(keysOf)
  if (!known.includes(gone))
    throw new RunnerFault(
      `the trust chain names no person, runner or grant with the key "${gone}"`,
      'give the key as it stands in the chain: type and key of a person, or the base64 of a machine',
    )
  const lines = readRevoked(at.state)
  if (!lines.some((line) => bareKey(line) === gone))
    writeDurably(fileOf(at.state), `${[...lines, gone].join('\n')}\n`)
}

function keysOf(version: Json): string[] {
  const read = readTrustVersion(version)
  return 'refused' in read ? [] : allKeys(read.version.body)
}

function allKeys({ people, runners, grantKeys }: TrustBody): string[] {
  const all = [...people.flatMap(({ keys }) => keys), ...runners, ...grantKeys]
  return all.map(({ key }) => bareKey(key))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new RunnerFault(`failed to read the revoked keys "${file}"`, 'restore the file or its rights', {
      cause: error,
    })
  }
}

function fileOf(state: string): string {
  return join(state, 'revoked')
}
