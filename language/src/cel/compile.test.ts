import { parse as bufParse, celEnv, plan } from '@bufbuild/cel'
import { FACTS, type Facts } from '@countersign/core/facts/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forInterpreter, typedEnvironment } from '../policy/decide-bench.ts'
import { anyFacts, anyRule, factsOf } from '../testing/any-facts.ts'
import { checkRule } from './check.ts'
import { compileRule } from './compile.ts'

const compiled = (text: string) => {
  const checked = checkRule(text, FACTS)
  if ('problems' in checked) throw new Error(checked.problems.map((one) => one.message).join())
  return compileRule(checked.rule)
}

describe('compiled rules', () => {
  const environment = typedEnvironment()

  test('answer as cel-js does, and what we accept its type check accepts too', () => {
    fc.assert(
      fc.property(anyRule, anyFacts, (text, facts) => {
        expect(environment.check(text)).toMatchObject({ valid: true, type: 'bool' })
        expect(compiled(text)(facts)).toBe(environment.evaluate(text, forInterpreter(facts)))
      }),
      { numRuns: 400 },
    )
  })

  test('answer as @bufbuild/cel does', () => {
    const second = celEnv()
    fc.assert(
      fc.property(anyRule, anyFacts, (text, facts) => {
        const evaluate = plan(second, bufParse(text))
        expect(compiled(text)(facts)).toBe(evaluate(forInterpreter(facts) as never))
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    { name: 'NaN', value: Number.NaN },
    { name: 'text', value: '1' },
    { name: 'nothing', value: undefined },
  ])('throw on $name where a number is due, unless the other side settles it', ({ value }) => {
    const good = factsOf({ 'hold.active': true })
    const facts = { ...good, values: { ...good.values, 'scope.targets': value } } as unknown as Facts
    expect(() => compiled('scope.targets > 1')(facts)).toThrow('scope.targets')
    expect(() => compiled('scope.targets > 1 && hold.active')(facts)).toThrow('scope.targets')
    expect(compiled('scope.targets > 1 || hold.active')(facts)).toBe(true)
    expect(compiled('!hold.active && scope.targets > 1')(facts)).toBe(false)
    expect(compiled('scope.targets > 1 && !hold.active')(facts)).toBe(false)
  })
})
