/**
 * The runner's clock, and whether it may be believed. Off by more than the allowed skew from the server's word, or
 * behind a time that was agreed on before: no new grants and no plans, until it agrees again by itself.
 */
import type { Duration, Instant } from '@countersign/core/kernel/instant'

export type Times = { wall: () => Instant; mono: () => Duration }

export type Clock = {
  now(): Instant
  /** Milliseconds of a clock that only runs forward, for timeouts and silence. */
  mono(): Duration
  /** The server said its time. */
  heard(server: Instant): void
  /** Why the clock cannot be believed; null when it can. Not heard yet counts as not believed. */
  off(): string | null
  /** Why the clock is known to be wrong; null where nothing speaks against it, as when nobody was heard yet. */
  wrong(): string | null
}

/** Steps back of this size come from ordinary time keeping. */
const SLEW: Duration = 1_000

export const realTimes: Times = { wall: () => Date.now(), mono: () => performance.now() }

export function createClock(times: Times, skew: Duration, floor: () => Instant): Clock {
  let word: { server: Instant; mono: Duration } | null = null
  function wrong(): string | null {
    const wall = times.wall()
    if (word !== null) {
      const apart = Math.round(wall - word.server - (times.mono() - word.mono))
      if (Math.abs(apart) > skew)
        return `this clock differs by ${apart} ms from the server’s, ${skew} ms may be`
    }
    return wall < floor() - SLEW ? `this clock is behind ${floor()}, a time it had reached before` : null
  }
  return {
    now: () => Math.round(times.wall()),
    mono: times.mono,
    heard(server) {
      word = { server, mono: times.mono() }
    },
    off: () => (word === null ? 'the server has not said its time yet' : wrong()),
    wrong,
  }
}
