/** What a runbook refers to must exist: parameters in templates, steps, actions, sources, targets. */
import type { Json } from '@countersign/core/kernel/json'
import { suggestion } from '../cel/similar.ts'
import type { Path, Source } from '../reading/document.ts'
import type { Problem } from '../reading/problem.ts'
import { twice } from '../reading/twice.ts'
import type { CheckFile, RunbookFile } from './schema.ts'
import { tokensOf, unclosed } from './template.ts'
import type { RunbookWorld } from './world.ts'

type Say = (path: Path, message: string, hint: string, offset?: number) => void

/** `broken`: parts that could not be read and stand here empty; what they hold is not missed. */
export function checkReferences(
  source: Source,
  file: RunbookFile,
  world: RunbookWorld,
  broken: ReadonlySet<string> = new Set(),
): Problem[] {
  const problems: Problem[] = []
  const say: Say = (path, message, hint, offset = 0) => {
    problems.push({ file: source.file, ...source.placeInText(path, offset), message, hint })
  }
  const names = namesIn(file)
  for (const [list, checks] of [
    [['evidence'], file.evidence],
    [['health', 'checks'], file.health.checks],
  ] as const)
    for (const [index, check] of checks.entries()) checkCheck([...list, index], check, names, world, say)
  const used = checkSteps(file, names.plain, world, say)
  checkTriggers(file, say)
  if (!broken.has('steps')) {
    checkPreconditions(file, say)
    unusedParameters(file, used, say)
  }
  const ids = (noun: string, list: readonly { id: string }[], at: Path) =>
    problems.push(
      ...twice(
        source,
        noun,
        list.map((one) => one.id),
        (index) => [...at, index, 'id'],
      ),
    )
  ids('check', file.evidence, ['evidence'])
  ids('check', file.health.checks, ['health', 'checks'])
  ids('step', file.steps, ['steps'])
  ids('precondition', file.preconditions, ['preconditions'])
  return problems
}

type Names = { plain: string[]; withFields: string[] }

/** Parameters, and in queries also what the catalogue says of a target. */
function namesIn(file: RunbookFile): Names {
  const plain = Object.keys(file.parameters)
  const targets = plain.filter((name) => file.parameters[name]?.type === 'target')
  const fields = targets.flatMap((name) =>
    ['address', 'service', 'region'].map((field) => `${name}.${field}`),
  )
  const safe = plain.filter((name) => {
    const type = file.parameters[name]?.type
    return type === 'target' || type === 'service' || type === 'integer'
  })
  return { plain, withFields: [...safe, ...fields] }
}

function checkTemplate(path: Path, text: string, names: readonly string[], say: Say): void {
  const open = unclosed(text)
  if (open >= 0) say(path, 'a placeholder that is never closed', 'close it with }', open)
  for (const { name, start } of tokensOf(text))
    if (!names.includes(name))
      say(
        path,
        `there is no parameter "${name}"`,
        names.length === 0 ? 'declare it under parameters' : suggestion(name, names),
        start,
      )
}

function checkCheck(path: Path, check: CheckFile, names: Names, world: RunbookWorld, say: Say): void {
  const at = [...path, 'query']
  checkTemplate(at, check.query, [...names.plain, ...names.withFields], say)
  // Free text in a query would let whoever fills it write another query: evidence is never a proposer's to shape.
  for (const { name, start } of tokensOf(check.query))
    if (names.plain.includes(name) && !names.withFields.includes(name))
      say(
        at,
        `"${name}" is text, which may not stand in a query`,
        'take a target, a service or an integer',
        start,
      )
  if (world.sources !== undefined && !world.sources.includes(check.source))
    say(
      [...path, 'source'],
      `there is no source "${check.source}" in countersign.yaml`,
      suggestion(check.source, world.sources),
    )
}

/** Returns the templates of all steps, to see which parameters matter. */
function checkSteps(file: RunbookFile, names: readonly string[], world: RunbookWorld, say: Say): string[] {
  const texts: string[] = []
  for (const [index, step] of file.steps.entries()) {
    const path = ['steps', index]
    if (world.actions !== undefined && !world.actions.includes(step.uses))
      say([...path, 'uses'], `no driver has the action "${step.uses}"`, suggestion(step.uses, world.actions))
    checkTemplate([...path, 'target'], step.target, names, say)
    const [token] = tokensOf(step.target)
    if (
      token !== undefined &&
      file.parameters[token.name] !== undefined &&
      file.parameters[token.name]?.type !== 'target'
    )
      say([...path, 'target'], `parameter "${token.name}" is not a target`, 'give it type: target')
    if (token === undefined && world.targets !== undefined && !world.targets.includes(step.target))
      say(
        [...path, 'target'],
        `the catalogue has no target "${step.target}"`,
        suggestion(step.target, world.targets),
      )
    texts.push(step.target)
    for (const [key, value] of Object.entries(step.with))
      walk(value as Json, [...path, 'with', key], (text, at) => {
        checkTemplate(at, text, names, say)
        standsAlone(file, at, text, say)
        texts.push(text)
      })
  }
  return texts
}

function standsAlone(file: RunbookFile, path: Path, text: string, say: Say): void {
  for (const { name, start } of tokensOf(text))
    if (file.parameters[name]?.type === 'text-list' && text !== `\${${name}}`)
      say(
        path,
        `parameter "${name}" is a list, which cannot stand inside a text`,
        'let it stand alone',
        start,
      )
}

function walk(value: Json, path: Path, visit: (text: string, path: Path) => void): void {
  if (typeof value === 'string') visit(value, path)
  else if (Array.isArray(value))
    for (const [index, one] of value.entries()) walk(one, [...path, index], visit)
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) walk(one, [...path, key], visit)
}

function checkTriggers(file: RunbookFile, say: Say): void {
  const names = Object.keys(file.parameters)
  for (const [index, trigger] of file.triggers.entries()) {
    const path = ['triggers', index, 'with']
    for (const [name, text] of Object.entries(trigger.with)) {
      if (!names.includes(name))
        say([...path, name], `there is no parameter "${name}"`, suggestion(name, names))
      for (const token of tokensOf(text))
        if (!/^(target|label\.[a-zA-Z_][a-zA-Z0-9_]*)$/.test(token.name))
          say(
            [...path, name],
            `a trigger can read the target and labels, not "${token.name}"`,
            'write target or label.NAME between the braces',
            token.start,
          )
      const open = unclosed(text)
      if (open >= 0) say([...path, name], 'a placeholder that is never closed', 'close it with }', open)
    }
    for (const [name, parameter] of Object.entries(file.parameters))
      if (parameter.default === undefined && trigger.with[name] === undefined)
        say(
          path,
          `the trigger gives no "${name}", which has no default`,
          `write ${name}: \${label.…} or a value`,
        )
  }
}

function checkPreconditions(file: RunbookFile, say: Say): void {
  const steps = file.steps.map((step) => step.id)
  for (const [index, { step }] of file.preconditions.entries())
    if (!steps.includes(step))
      say(['preconditions', index, 'step'], `there is no step "${step}"`, suggestion(step, steps))
}

/** A parameter that changes no step would let a proposal look different and do the same. */
function unusedParameters(file: RunbookFile, texts: readonly string[], say: Say): void {
  const used = new Set(texts.flatMap(tokensOf).map((token) => token.name.split('.')[0]))
  for (const name of Object.keys(file.parameters))
    if (!used.has(name))
      say(['parameters', name], `no step uses parameter "${name}"`, 'take it out, or use it in a step')
}
