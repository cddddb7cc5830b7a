/** Wall-clock time as integer milliseconds since 1970 in UTC. Windows and token lives use monotonic time instead. */
export type Instant = number

/** A length of time in integer milliseconds. */
export type Duration = number

/** ISO 8601 for people; core itself only compares integers. */
export function minutes(count: number): Duration {
  return count * 60_000
}
