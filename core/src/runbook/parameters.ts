/** Checks the parameters of a proposal against its runbook: exactly the named ones, of the named type, in bounds. */
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import type { Parameter, Runbook } from './runbook.ts'

export type CheckedParameters =
  | { parameters: JsonObject; service: string | null; target: string | null }
  | { problems: { name: string; says: string }[] }

/** Fills defaults. `target` and `service` are what the parameters of those types name. */
export function checkParameters(
  runbook: Runbook,
  given: JsonObject,
  catalogue: Catalogue,
): CheckedParameters {
  const problems: { name: string; says: string }[] = []
  const parameters: JsonObject = {}
  let service: string | null = null
  let target: string | null = null
  for (const name of Object.keys(given))
    if (!Object.hasOwn(runbook.parameters, name))
      problems.push({ name, says: `runbook "${runbook.id}" has no such parameter` })
  for (const [name, parameter] of Object.entries(runbook.parameters)) {
    const value = given[name] ?? parameter.default
    const says = value === undefined ? 'is missing' : check(value, parameter, catalogue)
    if (says !== null) problems.push({ name, says })
    else if (value !== undefined) parameters[name] = value
    if (parameter.type === 'target' && typeof value === 'string') target = value
    if (parameter.type === 'service' && typeof value === 'string') service = value
  }
  if (problems.length > 0) return { problems }
  const owner = catalogue.services.find(({ targets }) => targets.some(({ id }) => id === target))
  return { parameters, service: service ?? owner?.id ?? null, target }
}

function check(value: Json, parameter: Parameter, catalogue: Catalogue): string | null {
  switch (parameter.type) {
    case 'integer':
      return integer(value, parameter)
    case 'text-list':
      if (!Array.isArray(value) || value.length === 0) return 'expected a list that is not empty'
      return value.map((item) => text(item, parameter)).find((says) => says !== null) ?? null
    case 'target':
      return catalogue.services.some(({ targets }) => targets.some(({ id }) => id === value))
        ? null
        : `the catalogue has no target "${String(value)}"`
    case 'service':
      return catalogue.services.some(({ id }) => id === value)
        ? null
        : `the catalogue has no service "${String(value)}"`
    default:
      return text(value, parameter)
  }
}

function integer(value: Json, { min, max }: Parameter): string | null {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    return `expected an integer, got ${JSON.stringify(value)}`
  if (min !== undefined && value < min) return `expected at least ${min}, got ${value}`
  return max !== undefined && value > max ? `expected at most ${max}, got ${value}` : null
}

/** Patterns come from published runbooks and are matched against bounded text only. */
function text(value: Json, { pattern }: Parameter): string | null {
  if (typeof value !== 'string' || value === '' || value.length > 2000)
    return 'expected text of 1 to 2000 characters'
  if (/\p{Cc}/u.test(value)) return 'holds control characters'
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value)
    ? null
    : `does not match ${pattern}`
}
