/**
 * What each act is about, as a document whose digest is signed. The name of the act is part of what is hashed, so
 * that a denial never passes as an approval, even where a tool forgets the namespace.
 */
import type { HoldScope } from '../hold/hold.ts'
import type { Digest, DigestOf } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ActName } from './act.ts'

/** `grant` names the running act; before there is one, the proposal is named in its place. */
export type About = { grant: string; reason: string } | { proposal: string; reason: string }

/** Subject documents by act. `approve` and `narrow` are missing: their subject is the digest of the plan itself. */
export type Subjects = {
  deny: { plan: Digest; reason: string }
  publish: { what: 'policy' | 'runbook'; id: string; digest: Digest }
  hold: { scope: HoldScope; reason: string; until: Instant }
  resume: { hold: string }
  abort: About
  reverse: About
  take: About
  revoke: { key: string }
  reincarnate: { oldHead: string; newIncarnation: string }
  review: { proposal: string; finding: string }
}

export type DocumentedAct = keyof Subjects & ActName

/** The digest that `act.subject` must equal. Throws where the document holds a number that is no integer. */
export function subjectDigest<A extends DocumentedAct>(
  digestOf: DigestOf,
  act: A,
  document: Subjects[A],
): Digest {
  return digestOf('countersign/subject/v1', { act, about: document as unknown as JsonObject })
}
