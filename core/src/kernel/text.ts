/**
 * Text that every store of ours can hold: no NUL (PostgreSQL takes none) and no lone surrogates (canonical JSON knows
 * none). Whoever takes text from outside cleans or refuses it at the door, or it would fail deep inside, again and again.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for
const UNSTORABLE = /[\u0000\p{Cs}]/u

export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text)
}

/** Puts U+FFFD in the place of what cannot be stored. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.replace(new RegExp(UNSTORABLE, 'gu'), '\ufffd')
}
