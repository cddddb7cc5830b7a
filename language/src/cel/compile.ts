/**
 * Compiles a checked rule to closures: no text is ever evaluated. A fact that is missing or of the wrong type throws,
 * and as in CEL an error counts only where the other side does not settle the answer.
 */
import type { Facts } from '@countersign/core/facts/schema'
import type { Predicate } from '@countersign/core/policy/policy'
import type { Comparison, Rule } from './rule.ts'

type Values = Facts['values']
type Test = (values: Values) => boolean

export function compileRule(rule: Rule): Predicate {
  const test = compilePart(rule)
  return (facts) => test(facts.values)
}

function compilePart(rule: Rule): Test {
  switch (rule.op) {
    case 'and':
      return settle(compilePart(rule.left), compilePart(rule.right), false)
    case 'or':
      return settle(compilePart(rule.left), compilePart(rule.right), true)
    case 'not': {
      const of = compilePart(rule.of)
      return (values) => !of(values)
    }
    case 'if': {
      const [when, yes, no] = [compilePart(rule.when), compilePart(rule.yes), compilePart(rule.no)]
      return (values) => (when(values) ? yes(values) : no(values))
    }
    case 'fact': {
      const { name } = rule
      return (values) => bool(values, name)
    }
    case 'is-one-of':
      return membership(rule.name, rule.values)
    case 'compare':
      return comparison(rule.name, rule.by, rule.value)
  }
}

/** `&&` and `||`: the side that equals `decisive` settles it, even where the other one throws. */
function settle(left: Test, right: Test, decisive: boolean): Test {
  return (values) => {
    let first: boolean
    try {
      first = left(values)
    } catch (error) {
      if (right(values) === decisive) return decisive
      throw error
    }
    return first === decisive ? decisive : right(values)
  }
}

function membership(name: string, words: readonly string[]): Test {
  const [only] = words
  if (words.length === 1) return (values) => text(values, name) === only
  const set = new Set(words)
  return (values) => set.has(text(values, name))
}

function comparison(name: string, by: Comparison, value: number): Test {
  switch (by) {
    case '==':
      return (values) => number(values, name) === value
    case '!=':
      return (values) => number(values, name) !== value
    case '<':
      return (values) => number(values, name) < value
    case '<=':
      return (values) => number(values, name) <= value
    case '>':
      return (values) => number(values, name) > value
    case '>=':
      return (values) => number(values, name) >= value
  }
}

function bool(values: Values, name: string): boolean {
  const value = values[name]
  if (typeof value !== 'boolean') throw new Error(`fact ${name} is not true or false`)
  return value
}

function text(values: Values, name: string): string {
  const value = values[name]
  if (typeof value !== 'string') throw new Error(`fact ${name} is not a word`)
  return value
}

/** NaN throws too: every comparison with it would be false, and that could read as "not risky". */
function number(values: Values, name: string): number {
  const value = values[name]
  if (typeof value !== 'number' || Number.isNaN(value)) throw new Error(`fact ${name} is not a number`)
  return value
}
