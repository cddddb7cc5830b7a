/**
 * Measures deciding with 30 clauses on one core beside its anchor, `@marcbachmann/cel-js` interpreting the same
 * clauses on ready-made records: figures for `bench/`, as ratios of one run.
 */
import { FACTS, type Facts } from '@countersign/core/facts/schema'
import { decide } from '@countersign/core/policy/decide'
import type { Policy } from '@countersign/core/policy/policy'
import { Environment } from '@marcbachmann/cel-js'

export type DecideFigures = {
  clauses: number
  /** Whole decisions, with reasons, per second; and their slowest hundredth, in microseconds. */
  decisionsPerSecond: number
  p99Us: number
  /** Records per second of which all clauses were evaluated: compiled, and by the anchor (facts ready-made for it). */
  compiledPerSecond: number
  interpretedPerSecond: number
  /** Compiled to interpreted, clauses only; and whole decisions to interpreted clauses. Medians over the rounds. */
  ratio: number
  decisionRatio: number
}

/** Interleaves both in `rounds` rounds over all records and takes the median ratio. */
export function measureDecide(policy: Policy, records: readonly Facts[], rounds = 15): DecideFigures {
  const clauses = policy.clauses.slice(0, 30)
  const small: Policy = { ...policy, clauses }
  const environment = typedEnvironment()
  const programs = clauses.map((clause) => environment.parse(clause.source))
  const inputs = records.map(forInterpreter)
  const rows: { decided: number; compiled: number; interpreted: number }[] = []
  const times: number[] = []
  for (let round = -3; round < rounds; round++) {
    const decided = timed(records, (facts) => {
      const start = performance.now()
      decide(small, facts, policy.digest)
      if (round >= 0) times.push(performance.now() - start)
    })
    const compiled = timed(records, (facts) => {
      for (const { when } of clauses) when(facts)
    })
    const interpreted = timed(inputs, (input) => {
      for (const program of programs) program(input)
    })
    if (round >= 0) rows.push({ decided, compiled, interpreted })
  }
  const perSecond = (key: 'decided' | 'compiled' | 'interpreted') =>
    Math.round((records.length * 1000) / median(rows.map((row) => row[key])))
  return {
    clauses: clauses.length,
    decisionsPerSecond: perSecond('decided'),
    p99Us: (times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0) * 1000,
    compiledPerSecond: perSecond('compiled'),
    interpretedPerSecond: perSecond('interpreted'),
    ratio: median(rows.map((row) => row.interpreted / row.compiled)),
    decisionRatio: median(rows.map((row) => row.interpreted / row.decided)),
  }
}

/** Milliseconds for all items. */
function timed<T>(items: readonly T[], work: (item: T) => void): number {
  const start = performance.now()
  for (const item of items) work(item)
  return performance.now() - start
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Facts as cel-js wants them: a map per first part of the name, whole numbers as bigint. */
export function forInterpreter(facts: Facts): Record<string, Record<string, unknown>> {
  const roots: Record<string, Record<string, unknown>> = {}
  for (const [name, type] of Object.entries(FACTS)) {
    const [root = '', field = ''] = name.split('.')
    const value = facts.values[name]
    roots[root] ??= {}
    roots[root][field] = type.type === 'int' ? BigInt(Number(value)) : value
  }
  return roots
}

/** cel-js with the facts as typed variables: the interpreter that tests and benchmarks compare with. */
export function typedEnvironment(): Environment {
  const roots: Record<string, Record<string, string>> = {}
  for (const [name, type] of Object.entries(FACTS)) {
    const [root = '', field = ''] = name.split('.')
    roots[root] ??= {}
    roots[root][field] = type.type === 'enum' ? 'string' : type.type
  }
  const environment = new Environment()
  for (const [name, schema] of Object.entries(roots)) environment.registerVariable({ name, schema })
  return environment
}
