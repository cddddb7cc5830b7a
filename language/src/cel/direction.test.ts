import { valueAtLeastAsRisky } from '@countersign/core/facts/order'
import { FACTS } from '@countersign/core/facts/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFacts, anyRule, anyValue, FACT_NAMES, factType } from '../testing/any-facts.ts'
import { checkRule } from './check.ts'
import { compileRule } from './compile.ts'
import { directionOf } from './direction.ts'

const ruleOf = (text: string) => {
  const checked = checkRule(text, FACTS)
  if ('problems' in checked) throw new Error(checked.problems[0]?.message)
  return checked.rule
}

describe('the direction of a rule', () => {
  test.each([
    { text: 'hold.active', turn: 'rises' },
    { text: '!undo.available', turn: 'rises' },
    { text: 'undo.available', turn: 'falls' },
    { text: 'scope.targets > 1', turn: 'rises' },
    { text: 'evidence.confidence < 0.8', turn: 'rises' },
    { text: '!(evidence.confidence >= 0.8)', turn: 'rises' },
    { text: 'evidence.groups == 0', turn: 'rises' },
    { text: 'target.environment in ["production", "unknown"]', turn: 'rises' },
    { text: 'target.environment != "development"', turn: 'rises' },
    { text: 'target.environment == "development"', turn: 'falls' },
    { text: 'action.kind == "deploy"', turn: 'steady' },
    { text: 'action.kind == "deploy" ? hold.active : time.peak', turn: 'rises' },
    { text: 'target.environment == "production"', turn: { mixed: 'target.environment' } },
    { text: 'scope.targets == 2', turn: { mixed: 'scope.targets' } },
    { text: 'hold.active && scope.targets < 3', turn: { mixed: 'scope.targets' } },
    { text: 'hold.active ? scope.targets > 1 : scope.targets > 5', turn: { mixed: 'hold.active' } },
  ])('$text', ({ text, turn }) => expect(directionOf(ruleOf(text), FACTS)).toEqual(turn))

  test('is kept, whatever the facts', () => {
    const swap = fc
      .constantFrom(...FACT_NAMES)
      .chain((name) => fc.tuple(fc.constant(name), anyValue(factType(name))))
    fc.assert(
      fc.property(anyRule, anyFacts, swap, (text, facts, [name, value]) => {
        const turn = directionOf(ruleOf(text), FACTS)
        fc.pre(
          typeof turn !== 'object' && valueAtLeastAsRisky(factType(name), value, facts.values[name] ?? value),
        )
        const rule = compileRule(ruleOf(text))
        const [before, after] = [rule(facts), rule({ ...facts, values: { ...facts.values, [name]: value } })]
        if (turn !== 'falls' && before) expect(after).toBe(true)
        if (turn !== 'rises' && after) expect(before).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})
