/**
 * The boundary of the facts: what gets in is typed, finite and in range; what is missing takes the risky pole and is
 * listed as unknown. Nothing is guessed and nothing is rounded; a wrong value is refused, never repaired.
 */
import { FACTS, FACTS_VERSION, type Facts, type FactType, type FactValue } from './schema.ts'

/** Facts of an operator's own, typed in the policy; every name begins with `x.`. */
export type DeclaredFacts = Readonly<Record<string, FactType>>

export type CheckedFacts = { facts: Facts } | { refused: string[] }

/**
 * Completes `partial` (fact name -> value; absent, `undefined` or `null` means unknown). Refuses unknown names, wrong
 * types, NaN, Infinity and values outside the range or the enum, all of them at once.
 */
export function checkFacts(
  partial: Readonly<Record<string, unknown>>,
  declared: DeclaredFacts = {},
): CheckedFacts {
  const schema: DeclaredFacts = { ...declared, ...FACTS }
  const refused = Object.keys(partial)
    .filter((name) => !Object.hasOwn(schema, name))
    .map((name) => `${name} is not a fact`)
  const values: Record<string, FactValue> = {}
  const unknown: string[] = []
  for (const [name, type] of Object.entries(schema)) {
    const given = Object.hasOwn(partial, name) ? partial[name] : undefined
    if (given === undefined || given === null) {
      unknown.push(name)
      values[name] = type.pole
      continue
    }
    const wrong = refusalOf(type, given)
    if (wrong === null) values[name] = given as FactValue
    else refused.push(`${name}: ${wrong}`)
  }
  if (refused.length > 0) return { refused }
  return { facts: { version: FACTS_VERSION, values: values as Facts['values'], unknown } }
}

/** Why `value` is not of this type, or null where it is. */
export function refusalOf(type: FactType, value: unknown): string | null {
  switch (type.type) {
    case 'bool':
      return typeof value === 'boolean' ? null : `expected true or false, got ${shown(value)}`
    case 'enum':
      if (typeof value === 'string' && type.values.includes(value)) return null
      return `expected one of ${type.values.join(', ')}, got ${shown(value)}`
    case 'int':
    case 'double':
      return refusalOfNumber(type, value)
  }
}

function refusalOfNumber(type: FactType & { min: number; max: number }, value: unknown): string | null {
  const range = `from ${type.min} to ${type.max}`
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `expected a number ${range}, got ${shown(value)}`
  if (type.type === 'int' && !Number.isInteger(value)) return `expected a whole number ${range}, got ${value}`
  return value < type.min || value > type.max ? `expected a number ${range}, got ${value}` : null
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 60)}"`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : typeof value
}
