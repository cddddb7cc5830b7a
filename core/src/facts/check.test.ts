import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFacts } from './check.ts'
import { atLeastAsRisky } from './order.ts'
import { FACTS, type FactType } from './schema.ts'
import { restoreFacts, storeFacts } from './stored.ts'

const refusals = (partial: Record<string, unknown>) => {
  const checked = checkFacts(partial)
  return 'refused' in checked ? checked.refused : []
}

describe('the boundary of the facts refuses', () => {
  test.each([
    { name: 'NaN', fact: 'evidence.confidence', value: Number.NaN },
    { name: 'Infinity', fact: 'evidence.groups', value: Number.POSITIVE_INFINITY },
    { name: 'a share above one', fact: 'evidence.confidence', value: 1.01 },
    { name: 'a count below zero', fact: 'scope.targets', value: -1 },
    { name: 'a count that is not whole', fact: 'scope.targets', value: 1.5 },
    { name: 'a number as text', fact: 'scope.targets', value: '1' },
    { name: 'a bigint', fact: 'scope.targets', value: 1n },
    { name: 'a word outside the enum', fact: 'target.environment', value: 'prod' },
    { name: 'a word where yes or no is due', fact: 'hold.active', value: 'false' },
    { name: 'a number where yes or no is due', fact: 'hold.active', value: 0 },
    { name: 'a list', fact: 'action.kind', value: ['other'] },
    { name: 'a name it does not know', fact: 'scope.target', value: 1 },
    { name: 'a name from the prototype', fact: 'toString', value: true },
    { name: 'an own fact that no policy declares', fact: 'x.tier', value: 'gold' },
  ])('$name', ({ fact, value }) => {
    const [refused, ...others] = refusals({ [fact]: value })
    expect(others).toEqual([])
    expect(refused).toContain(fact)
  })

  test('all wrong facts at once', () => {
    expect(refusals({ 'scope.targets': -1, 'hold.active': 'no', nonsense: 1 })).toHaveLength(3)
  })
})

test('what is missing takes its risky pole and is listed', () => {
  const checked = checkFacts({ 'evidence.confidence': 0.9, 'scope.targets': undefined, 'hold.active': null })
  if (!('facts' in checked)) throw new Error(checked.refused.join())
  const { values, unknown } = checked.facts
  expect(values['evidence.confidence']).toBe(0.9)
  expect(unknown).not.toContain('evidence.confidence')
  expect(unknown).toHaveLength(Object.keys(FACTS).length - 1)
  for (const name of unknown) expect(values[name]).toBe(FACTS[name as keyof typeof FACTS].pole)
  expect(values['target.confirmed']).toBe('unknown')
  expect(values['preconditions.verified']).toBe('unknown')
})

test('a declared fact of the operator is checked as its type says', () => {
  const tier: FactType = { type: 'enum', says: 'tier', values: ['free', 'gold'], pole: 'gold', ordered: true }
  expect(checkFacts({ 'x.tier': 'silver' }, { 'x.tier': tier })).toHaveProperty('refused')
  const checked = checkFacts({}, { 'x.tier': tier })
  expect('facts' in checked && checked.facts.values['x.tier']).toBe('gold')
})

test('nothing gets in that is not of its type, whatever is given', () => {
  const name = fc.constantFrom(...Object.keys(FACTS), 'x.own', '__proto__')
  fc.assert(
    fc.property(fc.dictionary(name, fc.anything()), (partial) => {
      const checked = checkFacts(partial)
      if ('refused' in checked) return
      for (const [fact, type] of Object.entries<FactType>(FACTS)) {
        const value = checked.facts.values[fact]
        if (type.type === 'int' || type.type === 'double') {
          expect(value).toBeGreaterThanOrEqual(type.min)
          expect(value).toBeLessThanOrEqual(type.max)
        } else expect(typeof value).toBe(type.type === 'bool' ? 'boolean' : 'string')
      }
    }),
  )
})

test('knowing less is never less risky', () => {
  const all = checkFacts({ 'scope.targets': 3, 'target.environment': 'staging', 'hold.active': false })
  const some = checkFacts({ 'scope.targets': 3 })
  if (!('facts' in all) || !('facts' in some)) throw new Error('both are well formed')
  expect(atLeastAsRisky(some.facts, all.facts)).toBe(true)
  expect(atLeastAsRisky(all.facts, some.facts)).toBe(false)
})

test('the hashed form holds no number that is not whole', () => {
  const checked = checkFacts({ 'evidence.confidence': 0.62 })
  if (!('facts' in checked)) throw new Error('well formed')
  const text = JSON.stringify(storeFacts(checked.facts), (_, value: unknown) => {
    if (typeof value === 'number') expect(Number.isInteger(value)).toBe(true)
    return value
  })
  expect(text).toContain('"evidence.confidence":6200')
  expect(restoreFacts(storeFacts(checked.facts))).toEqual(checked.facts)
})
