/** Moments and lengths of time as people read and type them. */
import { usage } from '../exit.ts'

/** `2030-12-20 18:00:05Z`. */
export function moment(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15
    ? `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`
    : `(no time: ${at})`
}

/** `in 4 min`, `3 h ago`: for the eye; the exact time stands beside it. */
export function relative(at: number, now: number): string {
  const text = length(Math.abs(at - now))
  return at >= now ? `in ${text}` : `${text} ago`
}

export function length(ms: number): string {
  if (ms < 100_000) return `${Math.round(ms / 1000)} s`
  if (ms < 100 * 60_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 72 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} days`
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}
const HINT = 'write a whole number and s, m, h, d, w or y: 30m'

/** `30m` in milliseconds. Throws where it is none. */
export function duration(text: string): number {
  const [, digits = '', unit = ''] = /^([1-9][0-9]{0,5})([smhdwy])$/.exec(text) ?? []
  if (digits === '') throw usage(`"${text}" is not a length of time`, HINT)
  return Number(digits) * (UNITS[unit] ?? 0)
}

/** A moment in ISO 8601. Throws where it is none. */
export function parseMoment(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw usage(`"${text}" is not a moment`, 'write it in UTC: 2030-12-20T18:00Z')
  return at
}
