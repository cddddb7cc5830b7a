/** Policy decisions of the shipped policy on one core, beside the interpreter on the same clauses and records. */
import { readFileSync } from 'node:fs'
import { checkFacts } from '@countersign/core/facts/check'
import { FACTS, type FactType, type FactValue } from '@countersign/core/facts/schema'
import { digestOf } from '@countersign/crypto/digest-of'
import { measureDecide } from '@countersign/language/policy/decide-bench'
import { readPolicy } from '@countersign/language/policy/read'
import { type Bench, row } from './row.ts'

const RECORDS = 2_000

export const decide: Bench = {
  name: 'decide',
  says: 'policy decision, 30 clauses, one core',
  async run(say) {
    const read = readPolicy('default.yaml', readFileSync('policies/default.yaml', 'utf8'), digestOf)
    if ('problems' in read) throw new Error('the shipped policy does not check')
    const figures = measureDecide(read.value, records(RECORDS))
    say(
      `${figures.clauses} clauses, ${figures.decisionsPerSecond} decisions/s with reasons, p99 ${figures.p99Us.toFixed(1)} us`,
    )
    return [
      row(
        'policy: clauses of one record evaluated',
        figures.compiledPerSecond,
        '1/s',
        'cel-js interpreting the same clauses',
        figures.interpretedPerSecond,
      ),
      row(
        'policy: whole decision with reasons',
        figures.decisionsPerSecond,
        '1/s',
        'cel-js interpreting the same clauses',
        figures.interpretedPerSecond,
      ),
      row('policy: slowest hundredth of decisions', figures.p99Us, 'us', 'goal', 50),
    ]
  },
}

/** Pseudo-random records from a fixed seed: the same in every run. */
function records(count: number) {
  let seed = 42
  const luck = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 4294967296
  }
  return Array.from({ length: count }, () => {
    const values = Object.entries<FactType>(FACTS).map(([name, type]) => [name, anyOf(type, luck)])
    const checked = checkFacts(Object.fromEntries(values))
    if ('refused' in checked) throw new Error(checked.refused.join('; '))
    return checked.facts
  })
}

function anyOf(type: FactType, luck: () => number): FactValue {
  if (type.type === 'bool') return luck() < 0.5
  if (type.type === 'enum') return type.values[Math.floor(luck() * type.values.length)] ?? type.pole
  if (type.type === 'double') return Math.round(luck() * 10_000) / 10_000
  return Math.floor(luck() * luck() * 20)
}
