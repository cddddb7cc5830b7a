/** Reads countersign.yaml: defaults filled in, paths made absolute, all problems at once. */

import { dirname, resolve } from 'node:path'
import type { Duration } from '@countersign/core/kernel/instant'
import type { Expectation } from '@countersign/core/runbook/runbook'
import { openSource, type Source } from '../reading/document.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { expectationOf } from '../reading/text.ts'
import { twice } from '../reading/twice.ts'
import { type ServerConfigFile, serverConfigShape } from './server-schema.ts'

/** Paths are absolute; lengths of time are milliseconds. */
export type ServerConfig = {
  version: 1
  name: string
  listen: { host: string; port: number }
  database: { url: string } | { dataDir: string }
  trust: { folder: string }
  keys: { grant: string; log: string }
  policy: string
  runbooks: string[]
  catalogue: string[]
  people: string | null
  sources: EvidenceSource[]
  signals: { alertmanager: { api: string | null } | null; probes: ProbeSetting[] }
  channels: Channel[]
  log: { name: string }
  health: { logBehind: Duration; runnerSilent: Duration }
}
/** `url` is null for http-probe, whose address stands in each query. */
export type EvidenceSource = {
  id: string
  kind: 'prometheus' | 'http-probe' | 'keeper'
  url: string | null
  group: string
  timeout: Duration
}
/** A probe of our own: `expect` is what is read while all is well. */
export type ProbeSetting = {
  id: string
  alert: string
  service: string
  source: string
  query: string
  expect: Expectation
  every: Duration
  misses: number
  severity: 'info' | 'minor' | 'major' | 'critical'
}
export type Channel = { id: string; kind: 'webhook'; url: string; secretFile: string }

/** Relative paths count from the folder of `file`. */
export function readServerConfig(file: string, text: string): Read<ServerConfig> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const shaped = checkShape(opened.source, serverConfigShape)
  if ('problems' in shaped) return { problems: shaped.problems.sort(byPlace) }
  const problems = checkConfig(opened.source, shaped.value)
  return problems.length > 0 ? { problems: problems.sort(byPlace) } : { value: build(file, shaped.value) }
}

function build(file: string, given: ServerConfigFile): ServerConfig {
  const absolute = (path: string) => resolve(dirname(file), path)
  const { url, dataDir } = given.database
  const { alertmanager } = given.signals
  return {
    version: 1,
    name: given.name,
    listen: given.listen,
    database: url === undefined ? { dataDir: absolute(dataDir ?? '') } : { url },
    trust: { folder: absolute(given.trust.folder) },
    keys: { grant: absolute(given.keys.grant), log: absolute(given.keys.log) },
    policy: absolute(given.policy),
    runbooks: given.runbooks.map(absolute),
    catalogue: given.catalogue.map(absolute),
    people: given.people === undefined ? null : absolute(given.people),
    sources: given.sources.map((one) => ({ ...one, url: one.url ?? null })),
    signals: {
      alertmanager: alertmanager === undefined ? null : { api: alertmanager.api ?? null },
      probes: (given.signals.probes ?? []).map((one) => ({ ...one, expect: expectationOf(one.expect) })),
    },
    channels: (given.channels ?? []).map((one) => ({ ...one, secretFile: absolute(one.secretFile) })),
    log: given.log,
    health: {
      logBehind: given.health?.logBehind ?? 5 * 60_000,
      runnerSilent: given.health?.runnerSilent ?? 30_000,
    },
  }
}

function checkConfig(source: Source, given: ServerConfigFile): Problem[] {
  const ids = given.sources.map((one) => one.id)
  const channels = (given.channels ?? []).map((one) => one.id)
  return [
    ...twice(source, 'source', ids, (index) => ['sources', index, 'id']),
    ...twice(source, 'channel', channels, (index) => ['channels', index, 'id']),
    ...given.sources.flatMap(({ id, kind, url }, index) => {
      const wrong =
        kind === 'http-probe' && url !== undefined
          ? {
              message: `source "${id}" is an http-probe, which takes no url`,
              hint: 'the address stands in each query',
            }
          : kind !== 'http-probe' && url === undefined
            ? {
                message: `"url" is missing in source "${id}"`,
                hint: `write where ${kind} answers: http://127.0.0.1:9090`,
              }
            : null
      return wrong === null ? [] : [{ file: source.file, ...source.placeOf(['sources', index]), ...wrong }]
    }),
  ]
}
