import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from './assess.ts'
import type { Evidence, Verdict } from './evidence.ts'

const NOW = 1000
const reading = (group: string, verdict: Verdict, changes: Partial<Evidence> = {}): Evidence => ({
  id: 'e',
  check: 'c',
  source: 's',
  group,
  query: 'up',
  observedAt: NOW,
  freshUntil: NOW + 1,
  verdict,
  value: '0',
  digest: `sha256:${'0'.repeat(64)}`,
  ...changes,
})

describe('assess', () => {
  test.each<{ name: string; items: Evidence[]; is: object }>([
    {
      name: 'nothing read is no confidence',
      items: [],
      is: { confidenceBp: 0, groups: 0, against: 0, unknown: 0 },
    },
    {
      name: 'two readings of one group count once',
      items: [reading('metrics', 'supports'), reading('metrics', 'supports')],
      is: { confidenceBp: 8320, groups: 1, supporting: ['metrics'] },
    },
    {
      name: 'two groups count twice',
      items: [reading('probe', 'supports'), reading('metrics', 'supports')],
      is: { confidenceBp: 9608, groups: 2, supporting: ['metrics', 'probe'] },
    },
    {
      name: 'a group that contradicts itself counts as against',
      items: [reading('metrics', 'supports'), reading('metrics', 'against')],
      is: { confidenceBp: 0, groups: 0, against: 1, opposing: ['metrics'] },
    },
    {
      name: 'a group of which one reading failed does not support',
      items: [reading('metrics', 'supports'), reading('metrics', 'unknown')],
      is: { confidenceBp: 0, groups: 0, unknown: 1 },
    },
    {
      name: 'a stale reading is unknown, from the moment itself on',
      items: [reading('metrics', 'supports', { freshUntil: NOW })],
      is: { confidenceBp: 0, unknown: 1 },
    },
    {
      name: 'a reading from the future is unknown',
      items: [reading('metrics', 'supports', { observedAt: NOW + 1, freshUntil: NOW + 9 })],
      is: { confidenceBp: 0, unknown: 1 },
    },
    {
      name: 'what cannot be read supports nothing by itself',
      items: [reading('metrics', 'unknown'), reading('probe', 'unknown')],
      is: { confidenceBp: 0, groups: 0, unknown: 2 },
    },
  ])('$name', ({ items, is }) => {
    expect(assess(items, NOW)).toMatchObject(is)
  })
})

describe('laws', () => {
  const group = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
  const verdict = fc.constantFrom<Verdict>('supports', 'against', 'unknown')
  const items = fc.array(
    fc.tuple(group, verdict).map(([name, says]) => reading(name, says)),
    { maxLength: 16 },
  )

  test('a further supporting group never lowers confidence', () => {
    fc.assert(
      fc.property(items, (some) => {
        const before = assess(some, NOW).confidenceBp
        expect(assess([...some, reading('new', 'supports')], NOW).confidenceBp).toBeGreaterThanOrEqual(before)
      }),
    )
  })

  test('an unreadable or opposing reading never raises it, in a new group or in one that is there', () => {
    fc.assert(
      fc.property(
        items,
        fc.constantFrom<Verdict>('unknown', 'against'),
        fc.constantFrom('a', 'new'),
        (some, says, where) => {
          const before = assess(some, NOW)
          const after = assess([...some, reading(where, says)], NOW)
          expect(after.confidenceBp).toBeLessThanOrEqual(before.confidenceBp)
          expect(after.groups).toBeLessThanOrEqual(before.groups)
        },
      ),
    )
  })

  test('the order of readings does not matter', () => {
    const shuffled = items.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    )
    fc.assert(
      fc.property(shuffled, ([some, other]) => {
        expect(assess(other, NOW)).toEqual(assess(some, NOW))
      }),
      { numRuns: 1000 },
    )
  })

  test('stale and future readings never support, whatever they say', () => {
    const untimely = fc.oneof(
      fc.record({
        observedAt: fc.integer({ min: 0, max: NOW }),
        freshUntil: fc.integer({ min: 0, max: NOW }),
      }),
      fc.record({ observedAt: fc.integer({ min: NOW + 1 }), freshUntil: fc.integer({ min: 0 }) }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(group, untimely)), (some) => {
        const readings = some.map(([name, times]) => reading(name, 'supports', times))
        expect(assess(readings, NOW)).toMatchObject({ groups: 0, confidenceBp: 0, supporting: [] })
      }),
    )
  })

  test('is an integer from 0 to 10000, and 0 without a supporting group', () => {
    fc.assert(
      fc.property(items, (some) => {
        const { confidenceBp, groups } = assess(some, NOW)
        expect(Number.isInteger(confidenceBp) && confidenceBp >= 0 && confidenceBp <= 10_000).toBe(true)
        if (groups === 0) expect(confidenceBp).toBe(0)
      }),
    )
  })
})
