/**
 * How far ahead an act may say it holds. Acts about one moment are short, so that a lost signature is soon worthless;
 * those that stand (a published runbook) last until people must look again.
 */
import type { Duration } from '../kernel/instant.ts'
import type { ActName } from './act.ts'

const HOUR: Duration = 3_600_000
export const DAY: Duration = 24 * HOUR
const YEAR: Duration = 366 * DAY

const STANDING: readonly ActName[] = ['publish', 'except', 'license', 'enrol']

/** The longest time between now and `notAfter`, in milliseconds. */
export function longestLife(act: ActName): Duration {
  return STANDING.includes(act) ? YEAR : DAY
}
