/**
 * Compiles a checked rule to closures: no text is ever evaluated. A fact that is missing or of the wrong type throws,
 * and as in CEL an error counts only where the other side does not settle the answer.
 */
import type { Facts } from '@countersign/core/facts/schema'
import type { Predicate } from '@countersign/core/policy/policy'
import type { Comparison, Rule } from './rule.ts'

export function compileRule(rule: Rule): Predicate {
  switch (rule.op) {
    case 'and':
      return settle(compileRule(rule.left), compileRule(rule.right), false)
    case 'or':
      return settle(compileRule(rule.left), compileRule(rule.right), true)
    case 'not': {
      const of = compileRule(rule.of)
      return (facts) => !of(facts)
    }
    case 'if': {
      const [when, yes, no] = [compileRule(rule.when), compileRule(rule.yes), compileRule(rule.no)]
      return (facts) => (when(facts) ? yes(facts) : no(facts))
    }
    case 'fact': {
      const { name } = rule
      return (facts) => bool(facts, name)
    }
    case 'is-one-of':
      return membership(rule.name, rule.values)
    case 'compare':
      return comparison(rule.name, rule.by, rule.value)
  }
}

/** `&&` and `||`: the side that equals `decisive` settles it, even where the other one throws. */
function settle(left: Predicate, right: Predicate, decisive: boolean): Predicate {
  return (facts) => {
    let first: boolean
    try {
      first = left(facts)
    } catch (error) {
      if (right(facts) === decisive) return decisive
      throw error
    }
    return first === decisive ? decisive : right(facts)
  }
}

function membership(name: string, values: readonly string[]): Predicate {
  const [only] = values
  if (values.length === 1) return (facts) => text(facts, name) === only
  const set = new Set(values)
  return (facts) => set.has(text(facts, name))
}

function comparison(name: string, by: Comparison, value: number): Predicate {
  switch (by) {
    case '==':
      return (facts) => number(facts, name) === value
    case '!=':
      return (facts) => number(facts, name) !== value
    case '<':
      return (facts) => number(facts, name) < value
    case '<=':
      return (facts) => number(facts, name) <= value
    case '>':
      return (facts) => number(facts, name) > value
    case '>=':
      return (facts) => number(facts, name) >= value
  }
}

function bool(facts: Facts, name: string): boolean {
  const value = facts.values[name]
  if (typeof value !== 'boolean') throw new Error(`fact ${name} is not true or false`)
  return value
}

function text(facts: Facts, name: string): string {
  const value = facts.values[name]
  if (typeof value !== 'string') throw new Error(`fact ${name} is not a word`)
  return value
}

/** NaN throws too: every comparison with it would be false, and that could read as "not risky". */
function number(facts: Facts, name: string): number {
  const value = facts.values[name]
  if (typeof value !== 'number' || Number.isNaN(value)) throw new Error(`fact ${name} is not a number`)
  return value
}
