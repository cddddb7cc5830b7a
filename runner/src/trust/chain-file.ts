/** Where the chain lies: the file that came with the pin, and the newer one that this runner was given since. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@countersign/core/kernel/json'
import { RunnerFault } from '../fault.ts'

export type ChainPlace = { state: string; chainFile: string }

export function ownChainFile(state: string): string {
  return join(state, 'trust.json')
}

/** The newest there is, not verified. Throws `RunnerFault` where it cannot be read. */
export function readChainFile({ state, chainFile }: ChainPlace): Json[] {
  const own = ownChainFile(state)
  return readChain(existsSync(own) ? own : chainFile)
}

function readChain(file: string): Json[] {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Json
    if (Array.isArray(value)) return value
  } catch (error) {
    throw new RunnerFault(`failed to read the trust chain "${file}"`, 'restore the file', { cause: error })
  }
  throw new RunnerFault(`the trust chain "${file}" is not a list of versions`, 'restore the file')
}
