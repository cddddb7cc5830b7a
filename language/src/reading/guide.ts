/** Finds in a Zod schema what a place of a file may hold and what its description says: the source of hints. */
import { z } from 'zod'
import type { Path } from './document.ts'

export type Guide = { describe(path: Path): string | null; keys(path: Path): string[] }

type Schema = {
  description?: string
  const?: unknown
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
}

/** `value` is the file as read: where a place has several forms, it tells which one was meant. */
export function guideOf(schema: z.ZodType, value: unknown): Guide {
  const root = drawn.get(schema) ?? (jsonSchemaOf(schema) as Schema)
  drawn.set(schema, root)
  const find = (path: Path): Schema[] => {
    let [at, inside] = [members(root, value), value]
    for (const part of path) {
      inside = (inside as Record<PropertyKey, unknown> | null | undefined)?.[part]
      at = at.flatMap((one) => below(one, part)).flatMap((one) => members(one, inside))
    }
    return at
  }
  return {
    describe: (path) => find(path).find((one) => one.description !== undefined)?.description ?? null,
    keys: (path) => [...new Set(find(path).flatMap((one) => Object.keys(one.properties ?? {})))],
  }
}

/** Drawing the JSON Schema takes longer than reading a file. */
const drawn = new WeakMap<z.ZodType, Schema>()

/** JSON Schema of what stands in the file (before reading), draft 2020-12, references inlined. */
export function jsonSchemaOf(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', reused: 'inline' })
}

/** The schema and its forms; of these only the ones whose fixed words (`driver: dns`) are those of the value. */
function members(schema: Schema, value: unknown): Schema[] {
  const forms = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const meant = forms.filter((form) => isMeant(form, value))
  return [schema, ...(meant.length > 0 ? meant : forms).flatMap((form) => members(form, value))]
}

function isMeant({ properties = {} }: Schema, value: unknown): boolean {
  return Object.entries(properties).every(
    ([key, one]) => one.const === undefined || one.const === (value as Record<string, unknown> | null)?.[key],
  )
}

function below(schema: Schema, part: PropertyKey): Schema[] {
  if (typeof part === 'number') return schema.items === undefined ? [] : [schema.items]
  const found = schema.properties?.[String(part)]
  if (found !== undefined) return [found]
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []
}
