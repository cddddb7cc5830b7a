/** The order of risk over facts: what a wider, less sure or less known record is. Laws of policy are stated with it. */
import { FACTS, type Facts, type FactType, type FactValue } from './schema.ts'

/** Whether `a` is at least as risky as `b` in every fact; facts without an order (`action.kind`) must be equal. */
export function atLeastAsRisky(
  a: Facts,
  b: Facts,
  declared: Readonly<Record<string, FactType>> = {},
): boolean {
  return Object.entries<FactType>({ ...declared, ...FACTS }).every(([name, type]) => {
    const [one, other] = [a.values[name], b.values[name]]
    return one !== undefined && other !== undefined && valueAtLeastAsRisky(type, one, other)
  })
}

/** The same for one fact. */
export function valueAtLeastAsRisky(type: FactType, a: FactValue, b: FactValue): boolean {
  if (a === b) return true
  switch (type.type) {
    case 'bool':
      return a === type.pole
    case 'int':
    case 'double':
      return type.riskier === 'more' ? a >= b : a <= b
    case 'enum':
      return type.ordered && type.values.indexOf(String(a)) >= type.values.indexOf(String(b))
  }
}
