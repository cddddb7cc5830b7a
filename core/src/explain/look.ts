/**
 * Looks into stored states without trusting their shape: entries are kept for ever, and an older or a damaged one must
 * still be told. What is missing is "?", an empty list or null, never a crash.
 */
import type { Json } from '../kernel/json.ts'
import { quote } from './quote.ts'

/** An entry as `says` and `explain` read it; `stream` keeps proposals of one incident apart. */
export type Told = {
  type: string
  actor: { kind: string; id: string }
  at: number
  state: Json
  stream?: string
}

/** The value behind a path of own fields (`plan.plan.targets`); undefined where any part is missing. */
export function look(state: Json | undefined, path: string): Json | undefined {
  let value = state
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** Text or number as raw text, for comparing, never for showing; "?" where there is neither. */
export function raw(state: Json | undefined, path: string): string {
  const value = look(state, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?'
}

/** A word of our own (`major`, `STATE_MOVED`, 3) as it is; anything that does not look like one in quotes. */
export function word(state: Json | undefined, path: string): string {
  const text = raw(state, path)
  return /^[\w.-]{1,40}$/.test(text) || text === '?' ? text : quote(text)
}

/** The text in quotes, shortened and made visible; a bare ? where there is none. */
export function quoted(state: Json | undefined, path: string, longest?: number): string {
  const text = raw(state, path)
  return text === '?' ? '?' : quote(text, longest)
}

/** The text in quotes, or null where there is none. */
export function maybe(state: Json | undefined, path: string): string | null {
  const value = look(state, path)
  return typeof value === 'string' && value !== '' ? quote(value) : null
}

export function count(state: Json | undefined, path: string): number {
  const value = look(state, path)
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

export function items(state: Json | undefined, path: string): readonly Json[] {
  const value = look(state, path)
  return Array.isArray(value) ? value : []
}

export function texts(state: Json | undefined, path: string): string[] {
  return items(state, path).filter((item) => typeof item === 'string')
}

/** `sha256:` and the first 12 digits: enough to compare by eye, never to verify. */
export function short(state: Json | undefined, path: string): string {
  const value = look(state, path)
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
    ? value.slice(0, 19)
    : quoted(state, path)
}
