/** Values in rules: words must be among the fact's own, numbers in its range and able to make a difference. */
import type { FactType } from '@countersign/core/facts/schema'
import { Refusal } from './refusal.ts'
import type { Comparison, Span } from './rule.ts'
import { suggestion } from './similar.ts'

export function checkEnumValue(name: string, values: readonly string[], value: unknown, at: Span): void {
  if (typeof value !== 'string')
    throw new Refusal(
      at,
      `${name} holds words, got ${typeof value}`,
      `use one of ${values.join(', ')} in quotes`,
    )
  if (!values.includes(value))
    throw new Refusal(at, `"${value}" is not one of ${values.join(', ')}`, suggestion(value, values))
}

/** The literal as a number. Refuses the wrong kind of number, out of range, and what is always or never true. */
export function checkComparison(
  name: string,
  type: FactType & { type: 'int' | 'double' },
  by: Comparison,
  value: unknown,
  at: Span,
): number {
  const range = `${name} runs from ${type.min} to ${type.max}`
  if (typeof value !== 'number' && typeof value !== 'bigint')
    throw new Refusal(
      at,
      `${name} is a number, got ${typeof value === 'string' ? `"${value}"` : typeof value}`,
      range,
    )
  if (type.type === 'int' && typeof value === 'number')
    throw new Refusal(at, `${name} counts in whole numbers, got ${value}`, `write ${Math.round(value)}`)
  if (type.type === 'double' && (by === '==' || by === '!='))
    throw new Refusal(
      at,
      `${name} is a share: two shares are hardly ever equal`,
      'compare with <, <=, >= or >',
    )
  const number = Number(value)
  if (number < type.min || number > type.max)
    throw new Refusal(at, `${number} is outside the range of ${name}`, `${range}${percent(type, number)}`)
  const atMin = compare(by, type.min, number)
  if (by !== '==' && by !== '!=' && atMin === compare(by, type.max, number))
    throw new Refusal(at, `${name} ${by} ${number} is ${atMin ? 'always' : 'never'} true`, range)
  return number
}

export function compare(by: Comparison, left: number, right: number): boolean {
  switch (by) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}

function percent(type: FactType, value: number): string {
  return type.type === 'double' && value > 1 && value <= 100 ? `: write ${value / 100} for ${value} %` : ''
}
