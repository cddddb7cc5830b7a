/** What carrying out a grant needs, and the questions that are asked between any two steps. */
import type { Verify } from '@countersign/core/act/vouch'
import type { RunnerConfig } from '@countersign/core/runner/config'
import type { Clock } from '../clock.ts'
import type { LocalHold } from '../hold.ts'
import type { Journal } from '../journal/journal.ts'
import type { Execution } from '../journal/state.ts'
import type { RunnerKeys } from '../keys.ts'
import type { Log } from '../log.ts'
import type { Outbox } from '../outbox.ts'
import type { ReadRunbook } from '../plan/make-plan.ts'
import type { Drivers } from '../target.ts'
import type { TrustStore } from '../trust/trust-store.ts'
import type { ServerVoice } from './server-voice.ts'

/** Milliseconds, of the clock that only runs forward. */
export type Timing = {
  /** Without a word from the server for so long, no further step starts. */
  silence: number
  observe: number
  /** First and longest pause between two looks at a target. */
  look: { first: number; longest: number }
}

export const TIMING: Timing = { silence: 5_000, observe: 10_000, look: { first: 100, longest: 2_000 } }

export type Workshop = {
  config: RunnerConfig
  drivers: Drivers
  journal: Journal
  outbox: Outbox
  keys: RunnerKeys
  trust: TrustStore
  clock: Clock
  hold: LocalHold
  voice: ServerVoice
  verify: Verify
  readRunbook: ReadRunbook
  timing: Timing
  log: Log
  /** Aborted when the runner stops: the step at hand is finished, the next is for the next start. */
  stopping: AbortSignal
}

/** Why the next step must not start. `leave`: the runner stops, and goes on from here when it starts again. */
export type Stop = {
  how: 'hold' | 'abort' | 'reverse' | 'silence' | 'expired' | 'clock' | 'leave'
  why: string
}

export function stopFor(run: Execution, shop: Workshop): Stop | null {
  const silent = shop.voice.silentFor()
  const silence: Stop | null =
    silent > shop.timing.silence ? { how: 'silence', why: `no word from the server for ${silent} ms` } : null
  return told(run, shop) ?? silence ?? expired(run, shop)
}

/**
 * Why a step at hand that turned out to have had no effect must not be begun anew after a restart. Only silence does
 * not keep it from being finished.
 */
export function stopAnew(run: Execution, shop: Workshop): Stop | null {
  const wrong = shop.clock.wrong()
  return told(run, shop) ?? (wrong === null ? expired(run, shop) : { how: 'clock', why: wrong })
}

function told(run: Execution, shop: Workshop): Stop | null {
  if (shop.stopping.aborted) return { how: 'leave', why: 'the runner is stopping' }
  if (shop.hold.isHeld()) return { how: 'hold', why: `the hold file ${shop.config.holdFile} is there` }
  const word = shop.voice.stopFor(run.grant.grant.id)
  return word === null ? null : { how: word, why: `the server said ${word}` }
}

function expired(run: Execution, shop: Workshop): Stop | null {
  const { notAfter } = run.grant.grant
  return shop.clock.now() >= notAfter ? { how: 'expired', why: `the grant held until ${notAfter}` } : null
}
