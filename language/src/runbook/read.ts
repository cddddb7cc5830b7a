/** Reads a runbook file into core's runbook: form, references inside the file, templates; all problems at once. */

import type { Check, Parameter, Runbook } from '@countersign/core/runbook/runbook'
import { openSource, type Path, type Source } from '../reading/document.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { expectationOf } from '../reading/text.ts'
import { checkReferences } from './references.ts'
import { type CheckFile, type RunbookFile, runbookShape } from './schema.ts'
import { type RunbookWorld, SHIPPED_ACTIONS } from './world.ts'

export function readRunbook(
  file: string,
  text: string,
  world: RunbookWorld = { actions: SHIPPED_ACTIONS },
): Read<Runbook> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const { source } = opened
  const shaped = checkShape(source, runbookShape)
  if ('problems' in shaped)
    return { problems: [...shaped.problems, ...referencesOfBroken(source, world)].sort(byPlace) }
  const problems = [...checkReferences(source, shaped.value, world), ...checkNumbers(source, shaped.value)]
  return problems.length > 0 ? { problems: problems.sort(byPlace) } : { value: build(shaped.value) }
}

const EMPTY = {
  parameters: {},
  triggers: [],
  evidence: [],
  preconditions: [],
  steps: [],
  health: { checks: [] },
}

/** References of a file whose form is broken elsewhere: what its sound parts refer to is checked all the same. */
function referencesOfBroken(source: Source, world: RunbookWorld): Problem[] {
  const root = source.value
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return []
  const sound: Record<string, unknown> = { ...EMPTY }
  const broken = new Set<string>()
  for (const key of Object.keys(EMPTY) as (keyof typeof EMPTY)[]) {
    const parsed = runbookShape.shape[key].safeParse((root as Record<string, unknown>)[key])
    if (parsed.success) sound[key] = parsed.data
    else broken.add(key)
  }
  if (broken.has('parameters')) return []
  return checkReferences(source, sound as RunbookFile, world, broken)
}

function build({ runbook, ...file }: RunbookFile): Runbook {
  const parameters = Object.entries(file.parameters).map(([name, one]) => [name, withoutUndefined(one)])
  return {
    ...file,
    id: runbook,
    parameters: Object.fromEntries(parameters) as Record<string, Parameter>,
    evidence: file.evidence.map(checkOf),
    steps: file.steps as Runbook['steps'],
    health: { ...file.health, checks: file.health.checks.map(checkOf) },
  }
}

function checkOf({ expect, ...check }: CheckFile): Check {
  return { ...check, expect: expectationOf(expect) }
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}

/** Lengths of time and counts that cannot be meant. */
function checkNumbers(source: Source, { health, breaker, parameters }: RunbookFile): Problem[] {
  const problems: Problem[] = []
  const say = (path: Path, message: string, hint: string) =>
    problems.push({ file: source.file, ...source.placeOf(path), message, hint })
  if (health.interval * health.samples > health.window)
    say(
      ['health', 'samples'],
      `${health.samples} looks every ${health.interval / 1000} s do not fit into a window of ${health.window / 1000} s`,
      'make the window longer, or look more often',
    )
  if (breaker.cooldown > 30 * 86_400_000)
    say(['breaker', 'cooldown'], 'a breaker open for more than 30 days', 'make it shorter')
  for (const [name, one] of Object.entries(parameters)) {
    const path = ['parameters', name]
    if (one.pattern !== undefined && !isPattern(one.pattern))
      say(
        [...path, 'pattern'],
        `the pattern of "${name}" is not a regular expression`,
        'check brackets and backslashes',
      )
    if (one.pattern !== undefined && REPEATED_GROUP.test(one.pattern))
      say(
        [...path, 'pattern'],
        `the pattern of "${name}" repeats a group, which some texts make hang`,
        'repeat single characters or classes, and make groups at most optional: ([a-z0-9-]+[.])?',
      )
    if (one.pattern !== undefined && one.type !== 'text' && one.type !== 'text-list')
      say([...path, 'pattern'], `"${name}" is ${one.type}, which takes no pattern`, 'take the pattern out')
    if (one.min !== undefined && one.max !== undefined && one.min > one.max)
      say([...path, 'min'], `"${name}": min ${one.min} is larger than max ${one.max}`, 'swap them')
    if (one.default !== undefined && !fits(one.type, one.default))
      say(
        [...path, 'default'],
        `the default of "${name}" is not ${one.type}`,
        `write a value of type ${one.type}`,
      )
  }
  return problems
}

/** `)` and a repetition behind it; a group in a class or behind a backslash does not count. */
const REPEATED_GROUP = /(?<!\\)\)(?:[+*]|\{)/

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

function fits(type: Parameter['type'], value: unknown): boolean {
  if (type === 'integer') return typeof value === 'number'
  return type === 'text-list' ? Array.isArray(value) : typeof value === 'string'
}
