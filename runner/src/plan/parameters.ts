/** Puts checked parameters into the steps of a runbook, with this runner's own targets as the only places there are. */
import type { JsonObject } from '@countersign/core/kernel/json'
import { fillJson } from '@countersign/core/runbook/fill'
import { readParameters } from '@countersign/core/runbook/parameters'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { OwnedTarget } from '@countersign/core/runner/config'
import type { FilledStep } from './draft-steps.ts'

/** All declared parameters with their values (defaults filled in), or the sentence that says what is wrong with them. */
export function ownParameters(
  runbook: Runbook,
  given: JsonObject,
  targets: readonly OwnedTarget[],
): { values: JsonObject } | { code: 'BAD_PARAMETERS' | 'NOT_MY_TARGET'; wrong: string } {
  const owns = (wanted: string): boolean => targets.some(({ id }) => id === wanted)
  const read = readParameters(runbook, given, {
    hasTarget: owns,
    hasService: (wanted) => targets.some(({ service }) => service === wanted),
  })
  if ('parameters' in read) return { values: read.parameters }
  const isElsewhere = read.problems.every(({ name }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    return runbook.parameters[name]?.type === 'target' && typeof value === 'string' && !owns(value)
  })
  const code = isElsewhere ? 'NOT_MY_TARGET' : 'BAD_PARAMETERS'
  return { code, wrong: read.problems.map(({ name, says }) => `parameter "${name}": ${says}`).join('; ') }
}

/** `${name}` alone becomes the value itself; inside a text, texts and numbers are put in. */
export function fillSteps(
  { steps }: Runbook,
  values: JsonObject,
): { steps: FilledStep[] } | { wrong: string } {
  const filled: FilledStep[] = []
  for (const { id, uses, target, with: parameters } of steps) {
    const answer = fillJson({ target, with: parameters }, values)
    if ('problem' in answer) return { wrong: `step "${id}": ${answer.problem}` }
    const { target: named, with: given } = answer.value as { target: unknown; with: JsonObject }
    if (typeof named !== 'string') return { wrong: `the target of step "${id}" is no text` }
    filled.push({ id, uses, target: named, with: given })
  }
  return { steps: filled }
}
