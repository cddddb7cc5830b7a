import fc from 'fast-check'
import { expect, test } from 'vitest'
import { missing, requirementOf, sayMissing, type Vote } from './quorum.ts'

const authorize = requirementOf('authorize', [{ role: 'sre', count: 1 }], [], false)
const confirm = requirementOf('confirm', [], ['ann'], false)

test.each<{ name: string; votes: Vote[]; required?: typeof authorize; says: string | null }>([
  { name: 'nobody', votes: [], says: 'still missing: 1 signature as sre, 1 signature as governance' },
  {
    name: 'one of two',
    votes: [{ person: 'bob', role: 'sre' }],
    says: 'still missing: 1 signature as governance',
  },
  {
    name: 'two people without governance',
    votes: [
      { person: 'bob', role: 'sre' },
      { person: 'ann', role: 'sre' },
    ],
    says: 'still missing: 1 signature as governance',
  },
  {
    name: 'one person in both roles',
    votes: [
      { person: 'ann', role: 'sre' },
      { person: 'ann', role: 'governance' },
    ],
    says: 'still missing: 1 signature as sre',
  },
  {
    name: 'two people, one of them governance',
    votes: [
      { person: 'bob', role: 'sre' },
      { person: 'ann', role: 'governance' },
    ],
    says: null,
  },
  {
    name: 'only the author',
    votes: [{ person: 'ann', role: 'sre' }],
    required: confirm,
    says: 'still missing: someone who did not write the runbook',
  },
  {
    name: 'someone else than the author',
    votes: [{ person: 'bob', role: 'sre' }],
    required: confirm,
    says: null,
  },
  { name: 'nobody to confirm', votes: [], required: confirm, says: 'still missing: 1 more person' },
])('with $name: $says', ({ votes, required = authorize, says }) => {
  const lacking = missing(required, votes)
  expect(lacking === null ? null : sayMissing(lacking)).toBe(says)
})

test('asks one person where there is only one', () => {
  expect(missing(requirementOf('authorize', [], ['ann'], true), [{ person: 'ann', role: 'sre' }])).toBeNull()
})

const votes = fc.array(
  fc.record({ person: fc.constantFrom('a', 'b', 'c'), role: fc.constantFrom('sre', 'governance', 'owner') }),
  { maxLength: 6 },
)

test('is never enough for authorize with fewer than two people, or without governance', () => {
  fc.assert(
    fc.property(votes, (given) => {
      if (missing(requirementOf('authorize', [], [], false), given) !== null) return
      expect(new Set(given.map(({ person }) => person)).size).toBeGreaterThan(1)
      expect(given.some(({ role }) => role === 'governance')).toBe(true)
    }),
  )
})
