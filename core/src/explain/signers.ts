/** Who signed, in which role: always the person as the entry names them, never what the text around says. */
import type { Json } from '../kernel/json.ts'
import { items, quoted, word } from './look.ts'
import { list } from './quote.ts'

/** `"sre-1" as sre`. */
export function signer(state: Json | undefined, path: string): string {
  return `${quoted(state, `${path}.person`)} as ${word(state, `${path}.act.role`)}`
}

/** All of a list of signed acts; `nobody` where it is empty. */
export function signers(state: Json | undefined, path: string): string {
  const all = items(state, path).map((one) => `${quoted(one, 'person')} as ${word(one, 'act.role')}`)
  return all.length === 0 ? 'nobody' : list(all)
}
