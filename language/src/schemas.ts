/**
 * The published JSON Schemas, made from the Zod schemas that read the files. Run `tsx language/src/schemas.ts` to write
 * them to `language/schemas`; a test fails when they have drifted.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { z } from 'zod'
import { catalogueShape } from './catalogue/schema.ts'
import { runnerConfigShape } from './config/runner-schema.ts'
import { serverConfigShape } from './config/server-schema.ts'
import { peopleShape } from './people/schema.ts'
import { policyShape } from './policy/schema.ts'
import { jsonSchemaOf } from './reading/guide.ts'
import { runbookShape } from './runbook/schema.ts'
import { tokensShape } from './tokens/read.ts'

const SHAPES: Readonly<Record<string, { title: string; shape: z.ZodType }>> = {
  countersign: { title: 'countersign.yaml', shape: serverConfigShape },
  runner: { title: 'runner.yaml', shape: runnerConfigShape },
  catalogue: { title: 'A catalogue file', shape: catalogueShape },
  people: { title: 'people.yaml', shape: peopleShape },
  policy: { title: 'A policy file', shape: policyShape },
  runbook: { title: 'A runbook file', shape: runbookShape },
  tokens: { title: 'tokens.yaml', shape: tokensShape },
}

export const SCHEMA_FOLDER = fileURLToPath(new URL('../schemas/', import.meta.url))

/** File name -> text, as they stand in `language/schemas`. */
export function publishedSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SHAPES).map(([name, { title, shape }]) => {
      const { $schema, ...schema } = jsonSchemaOf(shape) as { $schema?: string }
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`]
    }),
  )
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(SCHEMA_FOLDER, { recursive: true })
  for (const [name, text] of Object.entries(publishedSchemas()))
    writeFileSync(`${SCHEMA_FOLDER}${name}`, text)
}
