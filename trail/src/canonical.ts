/**
 * Canonical JSON (RFC 8785): one value, one spelling, so that a digest means the value. Strict on purpose: what is
 * not plain JSON is refused, never bent into JSON. Anything hashed or signed holds integers only.
 */
import { fromUtf8, hex, utf8 } from './bytes.ts'
import type { Crypto } from './crypto.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

/** Nesting beyond this is refused, which also ends a value that contains itself. */
const MAX_DEPTH = 64

type Numbers = 'any' | 'integers'

/** RFC 8785. Throws a TypeError on undefined, non-finite numbers, lone surrogates, BigInt and non-plain objects. */
export function canonicalize(value: Json): string {
  return write(value, 'any', 0)
}

/** As `canonicalize`, and throws on numbers that are no safe integers: the form of anything hashed or signed. */
export function canonicalizeSigned(value: Json): string {
  return write(value, 'integers', 0)
}

/**
 * Reads JSON only if it is its own canonical form: no spaces, no second spelling, no duplicate key gets through.
 * `numbers: 'any'` allows fractions, for what is not hashed.
 */
export function parseCanonical(
  input: Uint8Array | string,
  numbers: Numbers = 'integers',
): { value: Json } | { refused: string } {
  const text = typeof input === 'string' ? input : fromUtf8(input)
  if (text === null) return { refused: 'not UTF-8' }
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return { refused: 'not JSON' }
  }
  try {
    return rewrite(value, numbers) === text ? { value } : { refused: 'not in canonical form' }
  } catch (error) {
    return { refused: (error as Error).message }
  }
}

/**
 * The canonical form of a value that `JSON.parse` made (plain already, so the engine's own writer serves where keys
 * are in order and no surrogate stands alone: twice as fast). Throws as `canonicalize` and `canonicalizeSigned`.
 */
export function rewrite(value: Json, numbers: Numbers = 'integers'): string {
  if (isOrdered(value, numbers, 0)) {
    const text = JSON.stringify(value)
    if (!text.includes('\\ud')) return text
  }
  return write(value, numbers, 0)
}

/** SHA-256 over `domain + "\n" + bytes`, so that no digest fits two meanings. Domain: for example `name/thing/v1`. */
export function digest(crypto: Crypto, domain: string, bytes: Uint8Array): Digest {
  return `sha256:${hex(crypto.sha256(utf8(`${domain}\n`), bytes))}`
}

function write(value: Json, numbers: Numbers, depth: number): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return number(value, numbers)
  if (value === null || value === true || value === false) return String(value)
  if (typeof value !== 'object') throw new TypeError(`expected JSON, got ${typeof value}`)
  if (depth === MAX_DEPTH) throw new TypeError(`expected at most ${MAX_DEPTH} levels of nesting`)
  if (Array.isArray(value)) {
    let text = '['
    for (let i = 0; i < value.length; i++)
      text += (i === 0 ? '' : ',') + write(value[i] as Json, numbers, depth + 1)
    return `${text}]`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError('expected a plain object, got an instance of a class')
  let text = '{'
  for (const key of sorted(Object.keys(value)))
    text += `${text.length === 1 ? '' : ','}${quote(key)}:${write(value[key] as Json, numbers, depth + 1)}`
  return `${text}}`
}

function number(value: number, numbers: Numbers): string {
  if (!Number.isFinite(value)) throw new TypeError(`expected a finite number, got ${value}`)
  if (numbers === 'integers' && !Number.isSafeInteger(value))
    throw new TypeError(`expected an integer, got ${value}`)
  return JSON.stringify(value)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that JSON escapes
const NEEDS_CARE = /[\u0000-\u001f"\\\ud800-\udfff]/

function quote(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new TypeError('expected well-formed text, got a lone surrogate')
  return JSON.stringify(text)
}

/** By UTF-16 code units (RFC 8785 section 3.2.3), which is how JavaScript compares text. */
function sorted(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort()
  return keys
}

function isOrdered(value: Json, numbers: Numbers, depth: number): boolean {
  if (typeof value === 'number') return numbers === 'any' || Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === MAX_DEPTH) return false
  if (Array.isArray(value)) {
    for (const item of value) if (!isOrdered(item, numbers, depth + 1)) return false
    return true
  }
  let last: string | undefined
  for (const key in value) {
    if (last !== undefined && last > key) return false
    if (!isOrdered(value[key] as Json, numbers, depth + 1)) return false
    last = key
  }
  return true
}
