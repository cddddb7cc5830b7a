import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { publishedSchemas, SCHEMA_FOLDER } from './schemas.ts'

test('the published JSON Schemas are those that the files are read with', () => {
  const written = Object.fromEntries(
    readdirSync(SCHEMA_FOLDER).map((name) => [name, readFileSync(`${SCHEMA_FOLDER}${name}`, 'utf8')]),
  )
  // when this fails: npx tsx language/src/schemas.ts
  expect(written).toEqual(publishedSchemas())
})

test('every setting has a sentence', () => {
  const bare: string[] = []
  const visit = (schema: Record<string, unknown>, path: string): void => {
    const properties = (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>
    for (const [name, one] of Object.entries(properties)) {
      if (typeof one['description'] !== 'string') bare.push(`${path}.${name}`)
      visit(one, `${path}.${name}`)
    }
    for (const key of ['items', 'additionalProperties'] as const)
      if (typeof schema[key] === 'object') visit(schema[key] as Record<string, unknown>, `${path}[]`)
    for (const key of ['anyOf', 'oneOf'] as const)
      for (const one of (schema[key] ?? []) as Record<string, unknown>[]) visit(one, path)
  }
  for (const [name, text] of Object.entries(publishedSchemas()))
    visit(JSON.parse(text) as Record<string, unknown>, name)
  expect(bare.filter((path) => !path.endsWith('.type') && !path.endsWith('.exceptions'))).toEqual([])
})
