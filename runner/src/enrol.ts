/**
 * Enrolment: the runner makes its key and begins its journal. The public key then has to enter the trust chain, by
 * the hands of people. These are the offline acts; a running runner holds the lock and refuses them.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import { RunnerFault } from './fault.ts'
import { flushFolder } from './journal/durable.ts'
import { createJournal, journalFileOf, openJournal } from './journal/journal.ts'
import { lockState } from './journal/lock.ts'
import { keyFileOf, makeKey, readKey } from './keys.ts'
import { ownChainFile } from './trust/chain-file.ts'

export type Enrolment = { state: string; runner: string; now: Instant }

/** Makes the key alone, before the genesis exists (which names it). Returns the public key for the chain. */
export function prepareKey(state: string): { publicKey: string } {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  return { publicKey: existsSync(keyFileOf(state)) ? readKey(state).publicKey : makeKey(state).publicKey }
}

/** Begins the journal under the pinned genesis. Throws `RunnerFault` where there is one already. */
export function enrolRunner(at: Enrolment & { genesis: Digest }): { publicKey: string } {
  const { publicKey } = prepareKey(at.state)
  const unlock = lockState(at.state)
  try {
    createJournal(at.state, { runner: at.runner, key: publicKey, genesis: at.genesis }, at.now)
  } finally {
    unlock()
  }
  return { publicKey }
}

/** Puts key, journal and chain aside and enrols anew: the way on after a lost or broken journal. */
export function reEnrolRunner(at: Enrolment & { genesis: Digest }): { publicKey: string } {
  const unlock = lockState(at.state)
  try {
    for (const file of [keyFileOf(at.state), journalFileOf(at.state), ownChainFile(at.state)])
      if (existsSync(file)) renameSync(file, `${file}.${at.now}`)
    flushFolder(at.state)
  } finally {
    unlock()
  }
  return enrolRunner(at)
}

/** A new genesis by local decision: the chain that was followed so far counts no more. Key and journal stay. */
export function reRoot(at: { state: string; genesis: Digest; now: Instant }): void {
  const unlock = lockState(at.state)
  try {
    const own = ownChainFile(at.state)
    const journal = openJournal(at.state, () => ({ at: at.now, sure: false }))
    if (journal.state.genesis === at.genesis)
      throw new RunnerFault(`genesis ${at.genesis} is pinned already`, 'nothing to do')
    journal.append({ type: 're-rooted', genesis: at.genesis })
    journal.close()
    if (existsSync(own)) renameSync(own, join(at.state, `trust.json.${at.now}`))
    flushFolder(at.state)
  } finally {
    unlock()
  }
}
