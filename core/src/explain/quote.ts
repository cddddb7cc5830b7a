/**
 * Shows text that came from outside: in quotes, shortened, and with everything visible that a terminal or a reader
 * would not see (control characters, direction marks, zero-width characters). Text is data, also when it is shown.
 */

const LONGEST = 120

/** Controls, line and paragraph separators, direction and zero-width marks, lone surrogates, tags. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u

/** `"text"`; at most 120 characters of it, then how many were left out. */
export function quote(text: string, longest = LONGEST): string {
  const characters = Array.from(text)
  const kept = characters.slice(0, longest).map(visible).join('')
  const left = characters.length - longest
  return left > 0 ? `"${kept}…" (and ${left} more characters)` : `"${kept}"`
}

/** `"a"`, `"a" and "b"`, `"a", "b" and 3 more`: already quoted parts as one list. */
export function list(parts: readonly string[], most = 5): string {
  const shown =
    parts.length > most ? [...parts.slice(0, most - 1), `${parts.length - most + 1} more`] : [...parts]
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}

/** `1 step`, `2 steps`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function visible(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  if (character === '\r') return '\\r'
  if (!HIDDEN.test(character)) return character
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
