/** Random facts and rules for laws: every fact takes small and extreme values, and is unknown now and then. */
import { checkFacts } from '@countersign/core/facts/check'
import { FACTS, type Facts, type FactType, type FactValue } from '@countersign/core/facts/schema'
import fc from 'fast-check'

export const FACT_NAMES = Object.keys(FACTS)
export const factType = (name: string): FactType => FACTS[name as keyof typeof FACTS]

export function anyValue(type: FactType): fc.Arbitrary<FactValue> {
  switch (type.type) {
    case 'bool':
      return fc.boolean()
    case 'enum':
      return fc.constantFrom(...type.values)
    case 'int':
      return fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
        fc.integer({ min: 0, max: type.max }),
      )
    case 'double':
      return fc.oneof(fc.constantFrom(0, 0.5, 0.8, 0.9, 0.95, 1), fc.double({ min: 0, max: 1, noNaN: true }))
  }
}

const record = fc.record(
  Object.fromEntries(
    FACT_NAMES.map((name) => [name, fc.option(anyValue(factType(name)), { nil: undefined, freq: 12 })]),
  ),
)

export const anyFacts: fc.Arbitrary<Facts> = record.map(factsOf)

/** Throws where the boundary refuses: in tests that is a bug of the test. */
export function factsOf(partial: Readonly<Record<string, unknown>>): Facts {
  const checked = checkFacts(partial)
  if ('refused' in checked) throw new Error(checked.refused.join('; '))
  return checked.facts
}

const quoted = (text: string) => JSON.stringify(text)
const anyAtom: fc.Arbitrary<string> = fc.constantFrom(...FACT_NAMES).chain((name) => {
  const type = factType(name)
  switch (type.type) {
    case 'bool':
      return fc.constantFrom(name, `!${name}`, `${name} == false`, `true != ${name}`)
    case 'enum': {
      const word = fc.constantFrom(...type.values).map(quoted)
      const words = fc.uniqueArray(fc.constantFrom(...type.values), { minLength: 1, maxLength: 4 })
      return fc.oneof(
        word.map((one) => `${name} == ${one}`),
        word.map((one) => `${one} != ${name}`),
        words.map((list) => `${name} in [${list.map(quoted).join(', ')}]`),
      )
    }
    case 'int':
      return fc
        .tuple(fc.constantFrom('==', '!=', '<=', '>', '<', '>='), fc.integer({ min: 1, max: 4 }))
        .map(([by, limit]) => `${name} ${by} ${limit}`)
    case 'double':
      return fc.oneof(
        fc.constantFrom(`${name} < 1`, `1 <= ${name}`),
        fc
          .tuple(fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom('0.5', '0.8', '0.95'))
          .map(([by, limit]) => `${name} ${by} ${limit}`),
      )
  }
})

/** The text of a rule in the provable subset, up to three levels deep. */
export const anyRule: fc.Arbitrary<string> = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyAtom,
    fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => `(${a}) && (${b})`),
    fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => `(${a}) || (${b})`),
    tie('rule').map((a) => `!(${a})`),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
})).rule
