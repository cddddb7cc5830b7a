/** From a JSON Schema to one row per setting: its path, whether it must be there, its form, and its sentence. */

export type Setting = { path: string; must: string; form: string; says: string }

export type Schema = {
  type?: string
  description?: string
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  minimum?: number
  maximum?: number
}

/** In the order of the schema. A list is written `sources[]`, a free key `retention.*`, a form `targets[] (driver dns)`. */
export function settingsOf(schema: Schema, path = ''): Setting[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`
    const must = schema.required?.includes(name) ? 'yes' : ''
    return [{ path: at, must, form: formOf(one), says: one.description ?? '' }, ...below(one, at)]
  })
  return [...own, ...formsOf(schema).flatMap((form) => ofForm(form, path))]
}

function below(schema: Schema, at: string): Setting[] {
  const items = schema.items === undefined ? [] : settingsOf(schema.items, `${at}[]`)
  const free = schema.additionalProperties
  const keyed = typeof free === 'object' ? settingsOf(free, `${at}.*`) : []
  return [...settingsOf(schema, at), ...items, ...keyed]
}

function formsOf(schema: Schema): Schema[] {
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
}

/** Forms are told apart by their fixed words; what only repeats another form under the same name is kept. */
function ofForm(form: Schema, path: string): Setting[] {
  const fixed = Object.entries(form.properties ?? {}).find(([, one]) => typeof one.const === 'string')
  return settingsOf(form, fixed === undefined ? path : `${path} (${fixed[0]} ${String(fixed[1].const)})`)
}

function formOf(schema: Schema): string {
  const forms = formsOf(schema)
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(String).join(', ')
  if (forms.length > 0) return [...new Set(forms.map(formOf))].join(' or ')
  if (schema.type === 'array') return schema.items === undefined ? 'list' : `list of ${formOf(schema.items)}`
  if (schema.type === 'object') return schema.properties === undefined ? 'names to values' : 'settings'
  if (schema.type === 'string') return 'text'
  const isRanged = schema.minimum !== undefined && schema.maximum !== undefined
  const range =
    isRanged && Number.isSafeInteger(schema.maximum) ? ` ${schema.minimum} to ${schema.maximum}` : ''
  return schema.type === 'integer' ? `whole number${range}` : (schema.type ?? 'any')
}
