/** Reads runner.yaml into core's runner configuration: paths absolute, references inside the file checked. */
import { dirname, resolve } from 'node:path'
import type { Digest } from '@countersign/core/kernel/digest'
import type { JsonObject } from '@countersign/core/kernel/json'
import type { RunnerConfig } from '@countersign/core/runner/config'
import { suggestion } from '../cel/similar.ts'
import { openSource, type Source } from '../reading/document.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { twice } from '../reading/twice.ts'
import { type RunnerConfigFile, runnerConfigShape } from './runner-schema.ts'

/** Settings of drivers that are paths. */
const PATHS = ['keyFile', 'knownHosts', 'tsigKeyFile']
/** Kinds that one person's signature never carries. */
const NEVER_ONE = ['data.delete', 'backup.delete', 'iam.change', 'command.run', 'other']

/** Relative paths count from the folder of `file`. */
export function readRunnerConfig(file: string, text: string): Read<RunnerConfig> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const shaped = checkShape(opened.source, runnerConfigShape)
  if ('problems' in shaped) return { problems: shaped.problems.sort(byPlace) }
  const problems = checkRunner(opened.source, shaped.value)
  return problems.length > 0 ? { problems: problems.sort(byPlace) } : { value: build(file, shaped.value) }
}

function build(file: string, given: RunnerConfigFile): RunnerConfig {
  const absolute = (path: string) => resolve(dirname(file), path)
  return {
    version: 1,
    id: given.runner,
    server: { url: given.server.url, tokenFile: absolute(given.server.tokenFile) },
    state: absolute(given.state),
    holdFile: absolute(given.holdFile),
    trust: { genesis: given.trust.genesis as Digest, chain: absolute(given.trust.chain) },
    witnesses: given.witnesses,
    clockSkew: given.clockSkew,
    targets: given.targets.map((target) => ({ ...target, settings: settingsOf(target.settings, absolute) })),
    unsigned: given.unsigned.map((rule) => ({ ...rule, digest: rule.digest as Digest })),
    signed: given.signed,
  }
}

function settingsOf(settings: object, absolute: (path: string) => string): JsonObject {
  const entries = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, PATHS.includes(key) ? absolute(String(value)) : value])
  return Object.fromEntries(entries) as JsonObject
}

function checkRunner(source: Source, given: RunnerConfigFile): Problem[] {
  const targets = given.targets.map((one) => one.id)
  const rules = given.unsigned.map((one) => `${one.runbook} ${one.digest}`)
  const say = (path: PropertyKey[], message: string, hint: string): Problem => ({
    file: source.file,
    ...source.placeOf(path),
    message,
    hint,
  })
  return [
    ...twice(source, 'target', targets, (index) => ['targets', index, 'id']),
    ...twice(source, 'unsigned rule for', rules, (index) => ['unsigned', index, 'runbook']),
    ...given.unsigned.flatMap((rule, index) =>
      rule.targets.flatMap((name, at) =>
        targets.includes(name)
          ? []
          : [
              say(
                ['unsigned', index, 'targets', at],
                `this runner owns no target "${name}"`,
                suggestion(name, targets),
              ),
            ],
      ),
    ),
    ...given.signed.one.flatMap((kind, index) =>
      NEVER_ONE.includes(kind)
        ? [say(['signed', 'one', index], `${kind} always takes two people`, 'take it out')]
        : [],
    ),
  ]
}
