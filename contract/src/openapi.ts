/** OpenAPI 3.1 made from the operations, so that the document cannot drift from the routes. */
import { z } from 'zod'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { Problem } from './problem.ts'

export function openapi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  const shared: Schemas = {}
  schema(Problem, 'output', shared)
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, shared) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: shared,
    },
    paths,
  }
}

/** What operations have in common stands once, under `components`: references count from the root of the document. */
type Schemas = Record<string, unknown>

function describe(operation: Operation, shared: Schemas): Record<string, unknown> {
  const media =
    operation.stream === 'ndjson'
      ? 'application/x-ndjson'
      : operation.stream
        ? 'text/event-stream'
        : 'application/json'
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.scope === null ? {} : { security: [{ token: [operation.scope] }] }),
    parameters: [
      ...fields(operation.params, 'path', shared),
      ...fields(operation.query, 'query', shared),
      ...(operation.idempotent ? [idempotencyKey] : []),
    ],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schema(operation.body, 'input', shared) } },
          },
        }),
    responses: {
      [operation.status]: {
        description: 'done',
        content: { [media]: { schema: schema(operation.reply, 'output', shared) } },
      },
      default: {
        description: 'a problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 100 },
  description: 'the same key with the same body has its effect once, for 24 hours',
}

function fields(object: z.ZodObject | undefined, where: 'path' | 'query', shared: Schemas): unknown[] {
  if (object === undefined) return []
  return Object.entries(object.shape).map(([name, type]) => ({
    name,
    in: where,
    required: where === 'path' || !(type as z.ZodType).safeParse(undefined).success,
    schema: schema(type as z.ZodType, 'input', shared),
  }))
}

/** Moves the named parts into `shared`. A part that reads otherwise in a request has a name of its own there. */
function schema(type: z.ZodType, io: 'input' | 'output', shared: Schemas): Record<string, unknown> {
  const { $defs = {}, ...rest } = plain(type, io) as { $defs?: Schemas }
  const names = new Map(Object.keys($defs).map((name) => [name, name]))
  const text = (value: unknown) =>
    JSON.stringify(value).replace(
      /"#\/\$defs\/([^"]+)"/g,
      (_, name: string) => `"#/components/schemas/${names.get(name) ?? name}"`,
    )
  for (const [name, part] of Object.entries($defs)) {
    const known = shared[name]
    if (known !== undefined && JSON.stringify(known) !== text(part)) names.set(name, `${name}-${io}`)
  }
  for (const [name, part] of Object.entries($defs)) shared[names.get(name) ?? name] = JSON.parse(text(part))
  return JSON.parse(text(rest)) as Record<string, unknown>
}

function plain(type: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(type, { io, unrepresentable: 'any', reused: 'inline' })
  return rest
}
