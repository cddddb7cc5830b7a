/** Checks parameters against what the runbook declares, and puts them into its steps. Nothing is guessed or kept over. */
import type { Json, JsonObject } from '@countersign/core/kernel/json'
import type { Parameter, Runbook } from '@countersign/core/runbook/runbook'

/** All declared parameters with their values (defaults filled in), or the sentence that says what is wrong. */
export function readParameters(
  runbook: Runbook,
  given: JsonObject,
): { values: JsonObject } | { wrong: string } {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(runbook.parameters, name))
  if (unknown !== undefined) return { wrong: `runbook "${runbook.id}" has no parameter "${unknown}"` }
  const values: JsonObject = {}
  for (const [name, declared] of Object.entries(runbook.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : declared.default
    if (value === undefined) return { wrong: `the parameter "${name}" is missing` }
    const wrong = misfit(declared, value)
    if (wrong !== null) return { wrong: `the parameter "${name}" ${wrong}` }
    values[name] = value
  }
  return { values }
}

function misfit(declared: Parameter, value: Json): string | null {
  const { type } = declared
  if (type === 'integer') return misfitInteger(declared, value)
  if (type !== 'text-list') return misfitText(declared, value)
  if (!Array.isArray(value)) return 'is not a list of texts'
  if (value.length === 0) return 'is an empty list, and empty never means all'
  if (value.length > (declared.max ?? Infinity)) return `has ${value.length} members, ${declared.max} may be`
  if (value.length < (declared.min ?? 1)) return `has ${value.length} members, ${declared.min} must be`
  for (const item of value) {
    const wrong = misfitText(declared, item)
    if (wrong !== null) return wrong
  }
  return null
}

function misfitInteger({ min, max }: Parameter, value: Json): string | null {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'is not a whole number'
  if (min !== undefined && value < min) return `is ${value}, at least ${min} is asked for`
  if (max !== undefined && value > max) return `is ${value}, at most ${max} is asked for`
  return null
}

function misfitText({ pattern }: Parameter, value: Json): string | null {
  if (typeof value !== 'string' || value === '') return 'is not a text'
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value))
    return `is "${value.slice(0, 80)}", which does not match ${pattern}`
  return null
}

/** `${name}` alone becomes the value itself; inside a text, texts and numbers are put in. Throws on unknown names. */
export function fill(template: Json, values: JsonObject): Json {
  if (typeof template === 'string') return fillText(template, values)
  if (template === null || typeof template !== 'object') return template
  if (Array.isArray(template)) return template.map((item) => fill(item, values))
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fill(item, values)]))
}

const WHOLE = /^\$\{([^}]+)\}$/
const INSIDE = /\$\{([^}]+)\}/g

function fillText(template: string, values: JsonObject): Json {
  const whole = WHOLE.exec(template)?.[1]
  if (whole !== undefined) return parameterIn(whole, values)
  return template.replace(INSIDE, (_, name: string) => {
    const value = parameterIn(name, values)
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    throw new TypeError(`\${${name}} is no text, so it can only stand alone`)
  })
}

function parameterIn(name: string, values: JsonObject): Json {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) throw new TypeError(`\${${name}} is no parameter of the runbook`)
  return value
}
