/**
 * Verifies the trust chain from the pinned genesis to its newest version. Each version is signed by the quorum of the
 * one before it, so that whoever pins one digest needs no server to know whom to believe.
 */
import type { SignedAct } from '../act/act.ts'
import { DAY } from '../act/lifetime.ts'
import type { Verify } from '../act/vouch.ts'
import type { Digest, DigestOf } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Trust, TrustBody, TrustVersion } from './chain.ts'
import { bareKey, keyOf, rolesOf, withoutKeys } from './lookup.ts'
import { readTrustVersion } from './read-chain.ts'

/** What is known beforehand, from somewhere other than the server. */
export type Pins = { genesis: Digest }

/**
 * What is asked of versions newer than the one held already: none of `revoked` may sign them, nor a key that has
 * expired by `now`. An old version may rest on keys that are gone by now; a new one, dated back, may not.
 */
export type Newer = { than: number; now: Instant; revoked: readonly string[] }

export type ChainAnswer = { trust: Trust; digests: Digest[] } | { refused: string }

/**
 * `versions` come from outside and may be anything. `digests[i]` is the digest of version i+1: whoever remembers the
 * newest version it saw compares it, and so notices a fork.
 */
export function verifyChain(
  versions: readonly Json[],
  pins: Pins,
  now: Instant,
  verify: Verify,
  digestOf: DigestOf,
  newer: Newer | null = null,
): ChainAnswer {
  let before: { body: TrustBody; digest: Digest } | null = null
  const digests: Digest[] = []
  for (const value of versions) {
    const read = readTrustVersion(value)
    if ('refused' in read) return read
    const { body } = read.version
    const digest = digestOf('countersign/trust/v1', body as unknown as Json)
    const wrong = wrongLink(body, digest, before, pins) ?? wrongBody(body)
    if (wrong !== null) return { refused: `trust/${body.version}: ${wrong}` }
    const electors = electorsOf(body, before?.body ?? body, newer)
    const unsigned = unsignedBecause(read.version, digest, electors, pins.genesis, verify)
    if (unsigned !== null) return { refused: `trust/${body.version}: ${unsigned}` }
    before = { body, digest }
    digests.push(digest)
  }
  if (before === null) return { refused: 'the chain is empty' }
  if (before.body.expiresAt <= now)
    return { refused: `trust/${before.body.version} expired at ${before.body.expiresAt}, it is ${now}` }
  return { trust: { site: pins.genesis, body: before.body, digest: before.digest }, digests }
}

/** `at`: the time at which their keys must hold. */
type Electors = { body: TrustBody; at: Instant }

function electorsOf({ version, issuedAt }: TrustBody, body: TrustBody, newer: Newer | null): Electors {
  if (newer === null || version <= newer.than) return { body, at: issuedAt }
  return { body: withoutKeys(body, newer.revoked), at: Math.max(issuedAt, newer.now) }
}

type Link = { body: TrustBody; digest: Digest } | null

function wrongLink(body: TrustBody, digest: Digest, before: Link, pins: Pins): string | null {
  if (before === null) {
    if (digest !== pins.genesis) return `expected the pinned genesis ${pins.genesis}, got ${digest}`
    if (body.version !== 1 || body.site !== null || body.previous !== null)
      return 'a genesis has version 1, and neither site nor previous'
    return null
  }
  const expected = before.body.version + 1
  if (body.version !== expected) return `expected version ${expected}, got ${body.version}`
  if (body.site !== pins.genesis) return `expected site ${pins.genesis}, got ${body.site}`
  if (body.previous !== before.digest) return `expected previous ${before.digest}, got ${body.previous}`
  if (body.issuedAt < before.body.issuedAt) return 'it was issued before the version it follows'
  if (body.issuedAt >= before.body.expiresAt) return 'it was issued after the version it follows had expired'
  if (body.onePerson && !before.body.onePerson)
    return 'an install of several people cannot become a one-person one'
  return null
}

function wrongBody(body: TrustBody): string | null {
  if (body.expiresAt <= body.issuedAt) return 'it expires before it was issued'
  if (body.quorum.people < 2 && !body.onePerson)
    return 'a quorum of one person is only for a one-person install, which says so'
  const able = body.people.filter((person) => person.keys.some((key) => key.notAfter > body.issuedAt))
  if (able.length < body.quorum.people)
    return `expected ${body.quorum.people} people with a valid key, got ${able.length}: nobody could sign the next version`
  if (!able.some((person) => person.roles.includes(body.quorum.role)))
    return `nobody with a valid key holds the role "${body.quorum.role}" of the quorum`
  return (
    twice(
      'person',
      body.people.map(({ id }) => id),
    ) ??
    twice('key', allKeys(body)) ??
    twiceMachine(body)
  )
}

function allKeys(body: TrustBody): string[] {
  const people = body.people.flatMap(({ keys }) => keys)
  return [...people, ...body.runners, ...body.grantKeys].map(({ key }) => bareKey(key))
}

function twiceMachine(body: TrustBody): string | null {
  return (
    twice(
      'runner',
      body.runners.map(({ id }) => id),
    ) ??
    twice(
      'grant key',
      body.grantKeys.map(({ id }) => id),
    )
  )
}

function twice(what: string, values: readonly string[]): string | null {
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) return `the ${what} "${value}" stands there twice`
    seen.add(value)
  }
  return null
}

/** Counts different people of `electors` who signed; every act there must be good, a bad one refuses the version. */
function unsignedBecause(
  version: TrustVersion,
  digest: Digest,
  { body: electors, at }: Electors,
  site: Digest,
  verify: Verify,
): string | null {
  const signers = new Set<string>()
  for (const signed of version.acts) {
    const wrong =
      wrongTrustAct(signed, version.body, digest, { body: electors, at }, site) ?? refusal(verify(signed))
    if (wrong !== null) return `the signature of "${signed.person}" does not count: ${wrong}`
    signers.add(signed.person)
  }
  if (signers.size < electors.quorum.people)
    return `expected ${electors.quorum.people} people to sign, got ${signers.size}`
  const withRole = [...signers].some((person) => rolesOf(electors, person).includes(electors.quorum.role))
  return withRole ? null : `expected one signature by the role "${electors.quorum.role}", got none`
}

function wrongTrustAct(
  { act, person, key }: SignedAct,
  body: TrustBody,
  digest: Digest,
  { body: electors, at }: Electors,
  site: Digest,
): string | null {
  if (act.act !== 'trust') return `expected the act "trust", got "${act.act}"`
  if (act.subject !== digest) return 'it is about another version'
  if (act.site !== site) return 'it was made for another site'
  if (act.notAfter < body.issuedAt || act.notAfter > body.issuedAt + DAY)
    return 'its notAfter is not within a day of the time of issue'
  if (keyOf(electors, person, key, at) === null)
    return 'the key is not that person’s, has expired, or was revoked here'
  return rolesOf(electors, person).includes(act.role)
    ? null
    : `the person does not hold the role "${act.role}"`
}

function refusal(answer: true | string): string | null {
  return answer === true ? null : answer
}
