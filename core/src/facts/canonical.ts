/** Facts as they are hashed: integers, text and booleans only, so that shares become text with up to 17 digits. */
import type { JsonObject } from '../kernel/json.ts'
import type { Facts } from './schema.ts'

export function canonicalFacts(facts: Facts): JsonObject {
  const values: JsonObject = {}
  for (const [name, value] of Object.entries(facts.values))
    values[name] = typeof value === 'number' && !Number.isInteger(value) ? String(value) : value
  return { version: facts.version, values, unknown: [...facts.unknown] }
}
