import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyFacts } from '../testing/any-facts.ts'
import { shippedPolicy } from '../testing/shipped.ts'
import { measureDecide } from './decide-bench.ts'

test('deciding is faster than interpreting the clauses, on any machine', () => {
  const figures = measureDecide(shippedPolicy(), fc.sample(anyFacts, { numRuns: 300, seed: 1 }), 9)
  console.info('decide', JSON.stringify(figures))
  expect(figures.clauses).toBe(30)
  // the figure to reach stands in bench; here only a broken compiler shall fail
  expect(figures.ratio).toBeGreaterThan(2)
})
