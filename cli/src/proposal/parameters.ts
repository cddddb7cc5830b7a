/** `name=value` words as the parameters of a proposal, by the types that the runbook declares. */
import { usage } from '../exit.ts'

export type Value = string | number | string[]
/** What a runbook says of its parameters; empty where it is not known here. */
export type Declared = Readonly<Record<string, { type: string }>>

/** A list is written with commas, or by naming it again. A number only where an integer is declared. */
export function parameters(words: readonly string[], declared: Declared): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1) throw usage(`"${word}" is not NAME=VALUE`, 'write for example target=web1')
    const name = word.slice(0, at)
    const text = word.slice(at + 1)
    const { type } = (Object.hasOwn(declared, name) ? declared[name] : undefined) ?? { type: 'text' }
    const before = Object.hasOwn(values, name) ? values[name] : undefined
    if (type === 'text-list') values[name] = [...(Array.isArray(before) ? before : []), ...text.split(',')]
    else if (before !== undefined)
      throw usage(`"${name}" is given twice`, `it is ${type}, which takes one value`)
    else values[name] = type === 'integer' ? integer(name, text) : text
  }
  return values
}

function integer(name: string, text: string): number {
  const value = /^-?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value))
    throw usage(`"${name}" takes a whole number, got "${text}"`, `write ${name}=3`)
  return value
}
