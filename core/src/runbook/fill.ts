/**
 * Fills `${...}` in the texts of a runbook: `${name}` is a parameter, `${name.address}` the address of the catalogue
 * target that the parameter names, `${name.service}` its service. What cannot be filled is a problem, never empty.
 */
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

export type Filled = { text: string } | { problem: string }

export function fill(template: string, parameters: JsonObject, catalogue: Catalogue | null): Filled {
  const problems: string[] = []
  const text = template.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = lookUp(name.trim(), parameters, catalogue)
    if (value === null) problems.push(`"\${${name}}" has no value`)
    return value ?? ''
  })
  const [first] = problems
  return first === undefined ? { text } : { problem: first }
}

/** Fills every text inside a JSON value; a text that is exactly one `${name}` takes the parameter as it is. */
export function fillJson(value: Json, parameters: JsonObject): { value: Json } | { problem: string } {
  if (typeof value === 'string') {
    const whole = /^\$\{([^}.]+)\}$/.exec(value)?.[1]
    if (whole !== undefined) {
      const given = own(parameters, whole.trim())
      return given === undefined ? { problem: `"${value}" has no value` } : { value: given }
    }
    const filled = fill(value, parameters, null)
    return 'problem' in filled ? filled : { value: filled.text }
  }
  if (value === null || typeof value !== 'object') return { value }
  const entries: [string, Json][] = []
  for (const [key, item] of Object.entries(value)) {
    const filled = fillJson(item, parameters)
    if ('problem' in filled) return filled
    entries.push([key, filled.value])
  }
  return { value: Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries) }
}

function lookUp(name: string, parameters: JsonObject, catalogue: Catalogue | null): string | null {
  const [parameter = '', field] = name.split('.')
  const value = own(parameters, parameter)
  if (typeof value !== 'string' && typeof value !== 'number') return null
  if (field === undefined) return String(value)
  for (const service of catalogue?.services ?? []) {
    const target = service.targets.find(({ id }) => id === value)
    if (target === undefined) continue
    if (field === 'address') return target.address
    if (field === 'service') return service.id
    if (field === 'region') return target.region
  }
  return null
}

/** What an object has by itself: `constructor` is no parameter. */
function own(parameters: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined
}
