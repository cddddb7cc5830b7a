/**
 * Which way a rule turns when facts get riskier. A rule that asks for more care must not stop firing when a fact gets
 * riskier or unknown, and one that grants must not start to: so a policy can be monotone by construction.
 */
import type { FactType } from '@countersign/core/facts/schema'
import type { Schema } from './check.ts'
import type { Comparison, Rule } from './rule.ts'

/** `rises`: once it fires it keeps firing as risk grows. `falls`: the opposite. `steady`: risk order does not move it. */
export type Direction = 'rises' | 'falls' | 'steady'
export type Turn = Direction | { mixed: string }

/** The direction of the whole rule, or the first fact on which it turns both ways. Errs on the side of `mixed`. */
export function directionOf(rule: Rule, schema: Schema): Turn {
  switch (rule.op) {
    case 'and':
    case 'or':
      return join(directionOf(rule.left, schema), directionOf(rule.right, schema), rule.right)
    case 'not':
      return flip(directionOf(rule.of, schema))
    case 'if':
      return ofChoice(rule, schema)
    case 'fact': {
      const type = schema[rule.name]
      return type?.type === 'bool' && type.pole ? 'rises' : 'falls'
    }
    case 'is-one-of':
      return ofWords(rule.name, rule.values, schema[rule.name])
    case 'compare':
      return ofNumber(rule.name, rule.by, rule.value, schema[rule.name])
  }
}

function ofChoice(rule: Rule & { op: 'if' }, schema: Schema): Turn {
  const when = directionOf(rule.when, schema)
  const branches = join(directionOf(rule.yes, schema), directionOf(rule.no, schema), rule.no)
  return when === 'steady' ? branches : { mixed: firstFact(rule.when) }
}

function join(left: Turn, right: Turn, at: Rule): Turn {
  if (typeof left === 'object') return left
  if (typeof right === 'object' || left === 'steady' || left === right) return right
  return right === 'steady' ? left : { mixed: firstFact(at) }
}

function flip(turn: Turn): Turn {
  if (typeof turn === 'object' || turn === 'steady') return turn
  return turn === 'rises' ? 'falls' : 'rises'
}

/** Words that run up to the riskiest rise, words that begin at the mildest fall, words in the middle do both. */
function ofWords(name: string, words: readonly string[], type: FactType | undefined): Turn {
  if (type?.type !== 'enum' || !type.ordered || type.values.every((word) => words.includes(word)))
    return 'steady'
  const inside = type.values.map((word) => words.includes(word))
  const changes = inside.filter((is, index) => index > 0 && is !== inside[index - 1]).length
  if (changes > 1) return { mixed: name }
  return inside[0] === true ? 'falls' : 'rises'
}

function ofNumber(name: string, by: Comparison, value: number, type: FactType | undefined): Turn {
  if (type?.type !== 'int' && type?.type !== 'double') return { mixed: name }
  const up = type.riskier === 'more' ? 'rises' : 'falls'
  const down = type.riskier === 'more' ? 'falls' : 'rises'
  switch (by) {
    case '>':
    case '>=':
      return up
    case '<':
    case '<=':
      return down
    case '==':
      return value === type.max ? up : value === type.min ? down : { mixed: name }
    case '!=':
      return value === type.max ? down : value === type.min ? up : { mixed: name }
  }
}

function firstFact(rule: Rule): string {
  switch (rule.op) {
    case 'and':
    case 'or':
      return firstFact(rule.left)
    case 'not':
      return firstFact(rule.of)
    case 'if':
      return firstFact(rule.when)
    case 'fact':
    case 'is-one-of':
    case 'compare':
      return rule.name
  }
}
