import { expect, test } from 'vitest'
import { digestOf, genesisBody, keyLine, NOW, signTrust, trustDigest, verify } from '../act/testing/site.ts'
import type { Json } from '../kernel/json.ts'
import type { TrustBody, TrustVersion } from './chain.ts'
import { keyOf, rolesOf, withoutKeys } from './lookup.ts'
import { verifyChain } from './verify-chain.ts'

const first = genesisBody()
const genesis = trustDigest(first)
const second = (changes: Partial<TrustBody> = {}): TrustBody => ({
  ...first,
  version: 2,
  site: genesis,
  previous: genesis,
  issuedAt: NOW - 1_000,
  ...changes,
})
const one = signTrust(first, ['ann', 'bob'])
const check = (versions: unknown[], pin = genesis, now = NOW) =>
  verifyChain(versions as Json[], { genesis: pin }, now, verify, digestOf)

test('follows the chain to its newest version', () => {
  const body = second({ name: 'renamed' })
  const answer = check([one, signTrust(body, ['ann', 'bob'], genesis)])
  expect(answer).toMatchObject({ trust: { site: genesis, body: { name: 'renamed' } } })
  expect('digests' in answer && answer.digests).toEqual([genesis, trustDigest(body)])
})

const mallory = {
  id: 'mallory',
  roles: ['governance', 'sre'],
  keys: [{ key: keyLine('mallory'), notAfter: NOW * 2 }],
}
const next = (body: TrustBody, by = ['ann', 'bob'], site = genesis): TrustVersion[] => [
  one,
  signTrust(body, by, site),
]
const renamed = { ...first, name: 'other' }

test.each<{ name: string; versions: unknown[]; says: RegExp; now?: number }>([
  { name: 'an empty chain', versions: [], says: /empty/ },
  { name: 'another genesis', versions: [signTrust(renamed, ['ann', 'bob'])], says: /pinned genesis/ },
  {
    name: 'a genesis of one person',
    versions: [signTrust(first, ['ann'])],
    says: /expected 2 people to sign, got 1/,
  },
  {
    name: 'a genesis without the role',
    versions: [signTrust(first, ['bob', 'bob'])],
    says: /expected 2 people/,
  },
  { name: 'one signature fewer', versions: next(second(), ['ann']), says: /expected 2 people/ },
  {
    name: 'a newcomer who signs for himself',
    versions: next(second({ people: [...first.people, mallory] }), ['mallory', 'ann']),
    says: /not that person/,
  },
  {
    name: 'an expired key',
    versions: next(second({ issuedAt: NOW }), ['ann', 'old']),
    says: /has expired/,
  },
  { name: 'a gap', versions: next(second({ version: 3 })), says: /expected version 2, got 3/ },
  {
    name: 'another predecessor',
    versions: next(second({ previous: trustDigest(renamed) })),
    says: /expected previous/,
  },
  { name: 'another site', versions: next(second({ site: trustDigest(renamed) })), says: /expected site/ },
  {
    name: 'signatures for another site',
    versions: next(second(), ['ann', 'bob'], trustDigest(renamed)),
    says: /another site/,
  },
  {
    name: 'signatures of another version',
    versions: [
      one,
      { body: second({ name: 'swapped' }), acts: signTrust(second(), ['ann', 'bob'], genesis).acts },
    ],
    says: /another version/,
  },
  {
    name: 'an unknown field',
    versions: [{ ...one, body: { ...first, extra: true } }],
    says: /"extra" is not known/,
  },
  {
    name: 'an unknown field of a person',
    versions: [{ ...one, body: { ...first, people: [{ ...mallory, admin: true }] } }],
    says: /"people"/,
  },
  { name: 'version 2 of the format', versions: [{ ...one, body: { ...first, v: 2 } }], says: /"v"/ },
  { name: 'an unknown field beside the body', versions: [{ ...one, also: 1 }], says: /"also" is not known/ },
  {
    name: 'a shared key',
    versions: next(second({ people: [...first.people, { ...mallory, keys: first.people[0]!.keys }] })),
    says: /stands there twice/,
  },
  {
    name: 'a shared key behind a comment',
    versions: next(
      second({
        people: [
          ...first.people,
          { ...mallory, keys: first.people[0]!.keys.map((one) => ({ ...one, key: `${one.key} m@laptop` })) },
        ],
      }),
    ),
    says: /stands there twice/,
  },
  {
    name: 'a person listed twice',
    versions: next(second({ people: [...first.people, { ...mallory, id: 'ann' }] })),
    says: /person "ann" stands there twice/,
  },
  {
    name: 'a quorum nobody can reach',
    versions: next(second({ quorum: { people: 9, role: 'governance' } })),
    says: /nobody could sign/,
  },
  {
    name: 'a quorum of one',
    versions: next(second({ quorum: { people: 1, role: 'governance' } })),
    says: /one-person/,
  },
  { name: 'a turn to one person', versions: next(second({ onePerson: true })), says: /cannot become/ },
  { name: 'an expired newest version', versions: [one], says: /expired/, now: first.expiresAt },
  { name: 'something else', versions: ['x', 4], says: /object/ },
])('refuses $name', ({ versions, says, now }) => {
  const answer = check(versions, genesis, now)
  expect('refused' in answer ? answer.refused : 'taken').toMatch(says)
})

test('knows keys only with their person, their time, and without those revoked', () => {
  expect(keyOf(first, 'ann', `${keyLine('ann')} a comment`, NOW)).not.toBeNull()
  expect(keyOf(first, 'bob', keyLine('ann'), NOW)).toBeNull()
  expect(keyOf(first, 'old', keyLine('old'), NOW)).toBeNull()
  expect(rolesOf(first, 'nobody')).toEqual([])
  const less = withoutKeys(first, [keyLine('ann'), 'grant-key'])
  expect(keyOf(less, 'ann', keyLine('ann'), NOW)).toBeNull()
  expect(less.grantKeys).toEqual([])
})

test('of versions newer than the one held, asks for keys that hold now and were not revoked here', () => {
  const versions = next(second()) as unknown as Json[]
  const answer = (than: number, now: number, revoked: string[] = []) =>
    verifyChain(versions, { genesis }, 0, verify, digestOf, { than, now, revoked })
  const late = Math.max(...first.people.flatMap(({ keys }) => keys.map(({ notAfter }) => notAfter)))
  expect(answer(1, NOW)).toHaveProperty('trust')
  expect(answer(1, NOW, [`${keyLine('bob')} bob@laptop`])).toMatchObject({
    refused: expect.stringMatching('revoked here'),
  })
  expect(answer(1, late)).toMatchObject({ refused: expect.stringMatching('has expired') })
  expect(answer(2, late, [keyLine('bob')])).toHaveProperty('trust')
})
