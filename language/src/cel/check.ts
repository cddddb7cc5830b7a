/**
 * Reads a rule: CEL syntax by cel-js, then our own check against the facts schema. What is not in the provable subset
 * is refused with its place; typos in facts and values, and comparisons that can never differ, are found here.
 */
import type { FactType } from '@countersign/core/facts/schema'
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import { Refusal } from './refusal.ts'
import type { Comparison, Rule, RuleProblem } from './rule.ts'
import { suggestion } from './similar.ts'
import { checkComparison, checkEnumValue } from './value.ts'

/** The parser's bounds: a rule that needs more belongs into two rules. */
export const LIMITS = { maxAstNodes: 200, maxDepth: 20, maxListElements: 50 }

export type Schema = Readonly<Record<string, FactType>>
export type Checked = { rule: Rule } | { problems: RuleProblem[] }

const parser = new Environment({ limits: LIMITS })

/** Checks the text of one rule. Reports every problem it can find in one go; never throws. */
export function checkRule(text: string, schema: Schema): Checked {
  const problems: RuleProblem[] = []
  try {
    const rule = new Reader(schema, problems).read(parser.parse(text).ast)
    return problems.length === 0 && rule !== null ? { rule } : { problems }
  } catch (error) {
    return { problems: [...problems, fromParser(error, text)] }
  }
}

function fromParser(error: unknown, text: string): RuleProblem {
  if (!(error instanceof ParseError)) throw error
  const { start, end } = error.range ?? { start: 0, end: text.length }
  const said = `${error.summary.charAt(0).toLowerCase()}${error.summary.slice(1)}`
  return {
    message: `not a rule: ${said}`,
    hint: 'write facts against values: hold.active || scope.targets > 1',
    start,
    end,
  }
}

class Reader {
  private readonly schema: Schema
  private readonly problems: RuleProblem[]
  constructor(schema: Schema, problems: RuleProblem[]) {
    this.schema = schema
    this.problems = problems
  }

  /** Null where this part has problems; the other parts are read all the same. */
  read(node: ASTNode): Rule | null {
    try {
      return this.readPart(node)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.problems.push(error.problem)
      return null
    }
  }

  private readPart(node: ASTNode): Rule | null {
    switch (node.op) {
      case '&&':
      case '||':
        return this.both(node.op === '&&' ? 'and' : 'or', node.args[0], node.args[1])
      case '!_': {
        const of = this.read(node.args)
        return of === null ? null : { op: 'not', of }
      }
      case '?:':
        return this.choice(node.args)
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.comparison(node, node.op, node.args[0], node.args[1])
      case 'in':
        return this.membership(node.args[0], node.args[1])
      case '.':
      case 'id':
        return this.bare(node)
      default:
        throw outside(node)
    }
  }

  private both(op: 'and' | 'or', one: ASTNode, other: ASTNode): Rule | null {
    const [left, right] = [this.read(one), this.read(other)]
    return left === null || right === null ? null : { op, left, right }
  }

  private choice([first, second, third]: [ASTNode, ASTNode, ASTNode]): Rule | null {
    const [when, yes, no] = [this.read(first), this.read(second), this.read(third)]
    return when === null || yes === null || no === null ? null : { op: 'if', when, yes, no }
  }

  private bare(node: ASTNode): Rule {
    const { name, type } = this.fact(node)
    if (type.type === 'bool') return { op: 'fact', name }
    const hint =
      type.type === 'enum' ? `write ${name} == "${type.pole}"` : `write ${name} > 0, with the limit you mean`
    throw new Refusal(node, `${name} is not a yes or no`, hint)
  }

  private comparison(node: ASTNode, op: Comparison, left: ASTNode, right: ASTNode): Rule {
    if (isLiteral(left) && !isLiteral(right)) return this.comparison(node, MIRRORED[op], right, left)
    const { name, type } = this.fact(left)
    const value = literal(right)
    switch (type.type) {
      case 'bool':
        if (typeof value !== 'boolean' || (op !== '==' && op !== '!='))
          throw new Refusal(node, `${name} is a yes or no`, `write ${name} or !${name}`)
        return isTrue(op, value) ? { op: 'fact', name } : { op: 'not', of: { op: 'fact', name } }
      case 'enum': {
        if (op !== '==' && op !== '!=')
          throw new Refusal(
            node,
            `${name} holds one of some words, which have no "${op}"`,
            `write ${name} in [...]`,
          )
        checkEnumValue(name, type.values, value, right)
        const same: Rule = { op: 'is-one-of', name, values: [String(value)] }
        return op === '==' ? same : { op: 'not', of: same }
      }
      case 'int':
      case 'double':
        return { op: 'compare', name, by: op, value: checkComparison(name, type, op, value, right) }
    }
  }

  private membership(left: ASTNode, right: ASTNode): Rule {
    const { name, type } = this.fact(left)
    if (type.type !== 'enum')
      throw new Refusal(left, `${name} does not hold words`, 'compare a number with <, <=, ==, >= or >')
    if (right.op !== 'list')
      throw new Refusal(right, 'a list of words was expected', 'write in ["one", "other"]')
    if (right.args.length === 0)
      throw new Refusal(right, 'the list is empty, so this is never true', 'name the values')
    for (const item of right.args) checkEnumValue(name, type.values, literal(item), item)
    const values = right.args.map((item) => String(literal(item)))
    const twice = right.args[values.findIndex((value, index) => values.indexOf(value) !== index)]
    if (twice !== undefined) throw new Refusal(twice, 'the list names a value twice', 'take one of them out')
    return { op: 'is-one-of', name, values }
  }

  private fact(node: ASTNode): { name: string; type: FactType } {
    const name = path(node)
    const type = Object.hasOwn(this.schema, name) ? this.schema[name] : undefined
    if (type === undefined)
      throw new Refusal(node, `there is no fact "${name}"`, suggestion(name, Object.keys(this.schema)))
    return { name, type }
  }
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function isTrue(op: '==' | '!=', value: boolean): boolean {
  return (op === '==') === value
}

function path(node: ASTNode): string {
  if (node.op === 'id') return node.args
  if (node.op === '.' && (node.args[0].op === 'id' || node.args[0].op === '.'))
    return `${path(node.args[0])}.${node.args[1]}`
  if (isLiteral(node))
    throw new Refusal(node, 'a value stands where a fact was expected', 'compare a fact with a value')
  throw outside(node)
}

function isLiteral(node: ASTNode): boolean {
  return node.op === 'value' || (node.op === '-_' && node.args.op === 'value')
}

/** Text, number (CEL ints come as bigint) or boolean. */
function literal(node: ASTNode): unknown {
  if (node.op === '-_' && (typeof node.args.args === 'bigint' || typeof node.args.args === 'number'))
    return -node.args.args
  if (node.op === 'value') return node.args
  if (node.op === '.' || node.op === 'id')
    throw new Refusal(node, 'a fact is compared with a fact', 'compare each with a value of its own')
  throw outside(node)
}

function outside(node: ASTNode): Refusal {
  if (node.op === 'call' && node.args[0] === 'has')
    return new Refusal(
      node,
      'has() is not needed',
      'every fact has a value; an unknown one takes its risky pole',
    )
  const what = NAMES[node.op] ?? `"${node.op}"`
  return new Refusal(
    node,
    `${what} cannot be proven, so rules may not use it`,
    'use ==, !=, <, <=, >, >=, in, &&, ||, !, ?: on facts',
  )
}

const NAMES: Readonly<Record<string, string>> = {
  call: 'a function call',
  rcall: 'a function call',
  '[]': 'an index',
  '+': 'arithmetic',
  '-': 'arithmetic',
  '-_': 'arithmetic',
  '*': 'arithmetic',
  '/': 'arithmetic',
  '%': 'arithmetic',
  value: 'a value on its own',
  list: 'a list on its own',
  map: 'a map',
}
