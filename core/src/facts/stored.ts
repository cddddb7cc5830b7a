/**
 * Facts as they are stored and hashed: integers only, so shares and confidences become basis points. A decision can be
 * recomputed from them; the facts version says what each name means.
 */

import type { JsonObject } from '../kernel/json.ts'
import type { FactName, Facts, FactValue } from './schema.ts'
import { FACTS } from './schema.ts'

export type StoredFacts = { version: number; values: JsonObject; unknown: string[] }

const BASIS_POINTS = 10_000

export function storeFacts(facts: Facts): StoredFacts {
  const values = Object.entries(facts.values).map(([name, value]) => [
    name,
    isShare(name) ? Math.round(Number(value) * BASIS_POINTS) : value,
  ])
  return { version: facts.version, values: Object.fromEntries(values), unknown: [...facts.unknown] }
}

export function restoreFacts(stored: StoredFacts): Facts {
  const values = Object.entries(stored.values).map(([name, value]) => [
    name,
    isShare(name) ? Number(value) / BASIS_POINTS : (value as FactValue),
  ])
  return { version: stored.version, values: Object.fromEntries(values), unknown: stored.unknown }
}

function isShare(name: string): boolean {
  return name in FACTS && FACTS[name as FactName].type === 'double'
}
