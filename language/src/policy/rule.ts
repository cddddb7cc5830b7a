/** Reads one rule of a file: checked, turned the right way, compiled; its problems point into the file. */
import type { Predicate } from '@countersign/core/policy/policy'
import { checkRule, type Schema } from '../cel/check.ts'
import { compileRule } from '../cel/compile.ts'
import { type Direction, directionOf } from '../cel/direction.ts'
import { readsOf } from '../cel/rule.ts'
import type { Path, Source } from '../reading/document.ts'
import type { Read } from '../reading/problem.ts'

export type ReadRule = { when: Predicate; reads: readonly string[] }

/** `wanted` is how the rule must turn as risk grows; null asks nothing. */
export function readRule(
  source: Source,
  path: Path,
  text: string,
  schema: Schema,
  wanted: Exclude<Direction, 'steady'> | null,
): Read<ReadRule> {
  const checked = checkRule(text, schema)
  if ('problems' in checked)
    return {
      problems: checked.problems.map(({ start, message, hint }) => ({
        file: source.file,
        ...source.placeInText(path, start),
        message,
        hint,
      })),
    }
  const turn = directionOf(checked.rule, schema)
  if (wanted === null || turn === wanted || turn === 'steady')
    return { value: { when: compileRule(checked.rule), reads: readsOf(checked.rule) } }
  const fact = typeof turn === 'object' ? turn.mixed : (readsOf(checked.rule)[0] ?? '')
  const message =
    wanted === 'rises'
      ? `this rule can stop firing when ${fact} gets riskier or unknown`
      : `this rule can begin to grant when ${fact} gets riskier or unknown`
  return {
    problems: [
      { file: source.file, ...source.placeInText(path, 0), message, hint: hintFor(fact, schema, wanted) },
    ],
  }
}

function hintFor(fact: string, schema: Schema, wanted: 'rises' | 'falls'): string {
  const type = schema[fact]
  if (type === undefined) return 'name the risky side of the fact'
  const care = wanted === 'rises'
  switch (type.type) {
    case 'bool':
      return `only "${type.pole === care ? '' : '!'}${fact}" fits here`
    case 'enum': {
      const words = care ? type.values.slice(1) : type.values.slice(0, -1)
      const list = words.map((word) => `"${word}"`).join(', ')
      return `from mild to risky: ${type.values.join(', ')}; name all words ${care ? 'up to' : 'from'} the ${care ? 'riskiest' : 'mildest'}, as in ${fact} in [${list}]`
    }
    case 'int':
    case 'double': {
      const more = (type.riskier === 'more') === care
      return `only ${fact} ${more ? '>= or >' : '<= or <'} a limit fits here`
    }
  }
}
