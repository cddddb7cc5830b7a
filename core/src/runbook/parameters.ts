/** Checks parameters against a runbook: exactly the named ones, of the named type, in bounds. Server and runner alike. */
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import type { Parameter, Runbook } from './runbook.ts'

export type CheckedParameters =
  | { parameters: JsonObject; service: string | null; target: string | null }
  | { problems: ParameterProblem[] }

export type ParameterProblem = { name: string; says: string }

/** What parameters may name: the catalogue's targets and services at the server, its own ones at a runner. */
export type Places = { hasTarget(id: string): boolean; hasService(id: string): boolean }

/** Fills defaults. `target` and `service` are what the parameters of those types name. */
export function checkParameters(
  runbook: Runbook,
  given: JsonObject,
  catalogue: Catalogue,
): CheckedParameters {
  const read = readParameters(runbook, given, {
    hasTarget: (wanted) => catalogue.services.some(({ targets }) => targets.some(({ id }) => id === wanted)),
    hasService: (wanted) => catalogue.services.some(({ id }) => id === wanted),
  })
  if ('problems' in read) return read
  const { parameters } = read
  const named = (type: Parameter['type']): string | null => {
    const name = Object.keys(parameters).findLast((one) => runbook.parameters[one]?.type === type)
    return name === undefined ? null : String(parameters[name])
  }
  const [service, target] = [named('service'), named('target')]
  const owner = catalogue.services.find(({ targets }) => targets.some(({ id }) => id === target))
  return { parameters, service: service ?? owner?.id ?? null, target }
}

/** All declared parameters with their values, defaults filled in; or all that is wrong. */
export function readParameters(
  runbook: Runbook,
  given: JsonObject,
  places: Places,
): { parameters: JsonObject } | { problems: ParameterProblem[] } {
  const problems: ParameterProblem[] = []
  const parameters: JsonObject = {}
  for (const name of Object.keys(given))
    if (!Object.hasOwn(runbook.parameters, name))
      problems.push({ name, says: `runbook "${runbook.id}" has no such parameter` })
  for (const [name, parameter] of Object.entries(runbook.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default
    const says = value === undefined ? 'is missing' : misfit(value, parameter, places)
    if (says !== null) problems.push({ name, says })
    else if (value !== undefined) parameters[name] = value
  }
  return problems.length > 0 ? { problems } : { parameters }
}

function misfit(value: Json, parameter: Parameter, places: Places): string | null {
  switch (parameter.type) {
    case 'integer':
      return misfitInteger(value, parameter)
    case 'text-list':
      return misfitList(value, parameter)
    case 'target':
      return misfitText(value, parameter) ?? unless(places.hasTarget(String(value)), 'target', value)
    case 'service':
      return misfitText(value, parameter) ?? unless(places.hasService(String(value)), 'service', value)
    default:
      return misfitText(value, parameter)
  }
}

function unless(isThere: boolean, what: string, value: Json): string | null {
  return isThere ? null : `there is no ${what} "${String(value)}"`
}

function misfitInteger(value: Json, { min, max }: Parameter): string | null {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    return `expected an integer, got ${JSON.stringify(value).slice(0, 80)}`
  if (min !== undefined && value < min) return `expected at least ${min}, got ${value}`
  return max !== undefined && value > max ? `expected at most ${max}, got ${value}` : null
}

/** Empty never means all. */
function misfitList(value: Json, parameter: Parameter): string | null {
  if (!Array.isArray(value) || value.length === 0) return 'expected a list that is not empty'
  const { min = 1, max } = parameter
  if (value.length < min) return `expected at least ${min} members, got ${value.length}`
  if (max !== undefined && value.length > max) return `expected at most ${max} members, got ${value.length}`
  return value.map((item) => misfitText(item, parameter)).find((says) => says !== null) ?? null
}

const LONGEST_TEXT = 2000
/** Patterns come from published runbooks: the shorter the text, the less a slow one can cost. */
const LONGEST_MATCHED = 256

function misfitText(value: Json, { pattern }: Parameter): string | null {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_TEXT)
    return `expected text of 1 to ${LONGEST_TEXT} characters`
  if (/\p{Cc}/u.test(value)) return 'holds control characters'
  if (pattern === undefined) return null
  if (value.length > LONGEST_MATCHED)
    return `expected at most ${LONGEST_MATCHED} characters where there is a pattern, got ${value.length}`
  return new RegExp(`^(?:${pattern})$`, 'u').test(value) ? null : `does not match ${pattern}`
}
