/** A runbook or policy counts as published when a person of the chain signed the digest of exactly this text. */

import type { SignedAct } from '../act/act.ts'
import { subjectDigest } from '../act/subject.ts'
import type { Verify } from '../act/vouch.ts'
import type { Digest, DigestOf } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Trust } from '../trust/chain.ts'
import { checkAct } from './check.ts'

export type Publication = {
  what: 'policy' | 'runbook'
  id: string
  digest: Digest
  acts: readonly SignedAct[]
}

/** `authors`: the one person who published it alone; empty when several people did, who then checked each other. */
export type PublishedAnswer = { ok: true; authors: string[] } | { ok: false; says: string }

/** The digest that people publish: over the text itself, so that what was read is what was signed. */
export function publishedDigest(digestOf: DigestOf, what: 'policy' | 'runbook', text: string): Digest {
  return digestOf(what === 'runbook' ? 'countersign/runbook/v1' : 'countersign/policy/v1', text)
}

/** Every act must be good. Standing acts are shown again and again, so their nonces are not used up here. */
export function checkPublished(
  { what, id, digest, acts }: Publication,
  context: { trust: Trust; now: Instant; verify: Verify; digestOf: DigestOf },
): PublishedAnswer {
  const subject = subjectDigest(context.digestOf, 'publish', { what, id, digest })
  const people: string[] = []
  for (const signed of acts) {
    const answer = checkAct(signed, context.verify, {
      trust: context.trust,
      now: context.now,
      act: 'publish',
      subject,
      usedNonces: new Set(),
      proposer: null,
      already: people,
    })
    if (!answer.ok) return { ok: false, says: `${what} "${id}": ${answer.says}` }
    people.push(signed.person)
  }
  if (people.length === 0)
    return { ok: false, says: `${what} "${id}" with digest ${digest} was signed by nobody` }
  return { ok: true, authors: people.length === 1 ? people : [] }
}
