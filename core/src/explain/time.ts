/** Times and lengths of time for people, by integer arithmetic alone: core has no clock and no calendar. */
import type { Duration, Instant } from '../kernel/instant.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** ISO 8601 in UTC to the second (`2026-11-22T19:06:23Z`); what is no time says so. */
export function utc(at: Instant): string {
  if (!Number.isSafeInteger(at)) return 'an unknown time'
  const days = Math.floor(at / DAY)
  const { year, month, day } = dateOf(days)
  const rest = at - days * DAY
  const clock = [Math.floor(rest / HOUR), Math.floor(rest / MINUTE) % 60, Math.floor(rest / SECOND) % 60]
  return `${yearText(year)}-${two(month)}-${two(day)}T${clock.map(two).join(':')}Z`
}

/** The two largest units that matter: `850 ms`, `42 s`, `3 min 5 s`, `2 h 5 min`, `4 d 1 h`. */
export function duration(length: Duration): string {
  if (!Number.isSafeInteger(length)) return 'an unknown time'
  if (length < 0) return `minus ${duration(-length)}`
  if (length < SECOND) return `${length} ms`
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < HOUR) return pair(length, MINUTE, 'min', SECOND, 's')
  if (length < DAY) return pair(length, HOUR, 'h', MINUTE, 'min')
  return pair(length, DAY, 'd', HOUR, 'h')
}

function pair(
  length: Duration,
  large: Duration,
  largeUnit: string,
  small: Duration,
  smallUnit: string,
): string {
  const rest = Math.floor((length % large) / small)
  const whole = `${Math.floor(length / large)} ${largeUnit}`
  return rest === 0 ? whole : `${whole} ${rest} ${smallUnit}`
}

/** The proleptic Gregorian date of a day counted from 1970-01-01: eras of 400 years that begin on 1 March. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Four digits, or a sign and six outside 0 to 9999, as ISO 8601 has it. */
function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
}
