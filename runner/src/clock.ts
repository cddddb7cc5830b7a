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
}

/** Steps back of this size come from ordinary time keeping. */
const SLEW: Duration = 1_000

export const realTimes: Times = { wall: () => Date.now(), mono: () => performance.now() }

export function createClock(times: Times, skew: Duration, floor: () => Instant): Clock {
  let word: { server: Instant; mono: Duration } | null = null
  return {
    now: () => Math.round(times.wall()),
    mono: times.mono,
    heard(server) {
      word = { server, mono: times.mono() }
    },
    off() {
      if (word === null) return 'the server has not said its time yet'
      const wall = times.wall()
      const expected = word.server + (times.mono() - word.mono)
      const apart = Math.round(wall - expected)
      if (Math.abs(apart) > skew)
        return `this clock differs by ${apart} ms from the server’s, ${skew} ms may be`
      if (wall < floor() - SLEW) return `this clock is behind ${floor()}, a time it had reached before`
      return null
    },
  }
}
