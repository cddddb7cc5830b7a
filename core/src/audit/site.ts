/** Audits what happens to the site itself: the trust chain, published texts, holds, and a log that was begun anew. */
import type { ActName, SignedAct } from '../act/act.ts'
import { type DocumentedAct, type Subjects, subjectDigest } from '../act/subject.ts'
import { checkAct } from '../approval/check.ts'
import { checkPublished, publishedDigest } from '../approval/published.ts'
import { missing, requirementOf, sayMissing } from '../approval/quorum.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Json } from '../kernel/json.ts'
import { verifyChain } from '../trust/verify-chain.ts'
import { type Look, reasonOf, useNonce } from './entry.ts'
import type { SiteEvent } from './site-event.ts'

type Event<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>

/** A version that does not follow is reported and left out: what its keys sign afterwards does not count. */
export function auditTrust({ entry, means, site, report }: Look, state: Json): void {
  const { body, acts } = state as { body: Json; acts: Json }
  const chain = [...site.chain, { body, acts }]
  const answer = verifyChain(chain, { genesis: means.genesis }, entry.at, means.verify, means.digestOf)
  if ('trust' in answer) {
    site.chain = chain
    site.trust = answer.trust
    return
  }
  report(site.chain.length === 0 ? 'TRUST_OTHER_GENESIS' : 'TRUST_REFUSED', answer.refused)
}

export function auditPublication(
  what: 'policy' | 'runbook',
  event: Event<'policy-published' | 'runbook-published'>,
  look: Look,
): void {
  const { entry, means, site, report } = look
  if (site.trust === null) {
    report('TRUST_MISSING', `${what} "${event.id}" was published before any trust`)
    return
  }
  if (publishedDigest(means.digestOf, what, event.text) !== event.digest) {
    report('PUBLICATION_INVALID', `the digest of ${what} "${event.id}" is not that of its text`)
    return
  }
  const { id, digest, acts } = event
  const context = { trust: site.trust, now: entry.at, verify: means.verify, digestOf: means.digestOf }
  const answer = checkPublished({ what, id, digest, acts }, context)
  if (!answer.ok) {
    report('PUBLICATION_INVALID', answer.says)
    return
  }
  const until = Math.min(...acts.map(({ act }) => act.notAfter))
  site.published.set(`${what} ${digest}`, { id, digest, until, authors: answer.authors })
  if (what === 'policy') site.policy = digest
}

/** Where the reason was erased, the document cannot be made again: then the signature alone is checked. */
export function auditHoldSet(event: Event<'hold-set'>, look: Look): void {
  const { id, scope, until, signed } = event
  const reason = reasonOf(look.entry)
  const subject =
    reason === null
      ? signed.act.subject
      : subjectDigest(look.means.digestOf, 'hold', { scope, reason, until })
  const wrong = wrongActOn(signed, 'hold', [subject], look)
  if (wrong !== null) look.report('HOLD_INVALID', `hold "${id}": ${wrong}`)
  look.site.holds.set(id, { id, scope, reason: reason ?? '', until, person: signed.person, paged: false })
}

/** A hold that nobody rightly lifted goes on holding. */
export function auditHoldLifted({ id, signed }: Event<'hold-lifted'>, look: Look): void {
  const wrong = wrongAct(signed, 'resume', { hold: id }, look)
  if (wrong === null) look.site.holds.delete(id)
  else look.report('HOLD_INVALID', `the end of hold "${id}": ${wrong}`)
}

export function auditReincarnated({ previous, acts }: Event<'log-reincarnated'>, look: Look): void {
  const { incarnation, size, root } = previous
  const document = { oldHead: `${incarnation}/${size}/${root}`, newIncarnation: String(incarnation + 1) }
  const votes: { person: string; role: string }[] = []
  for (const signed of acts) {
    const wrong = wrongAct(signed, 'reincarnate', document, look)
    if (wrong === null) votes.push({ person: signed.person, role: signed.act.role })
    else look.report('REINCARNATION_INVALID', wrong)
  }
  const onePerson = look.site.trust?.body.onePerson === true
  const lacking = missing(requirementOf('authorize', [], [], onePerson), votes)
  if (lacking !== null) look.report('REINCARNATION_INVALID', sayMissing(lacking))
}

/** Why an act about a subject document does not count here; uses up its nonce. */
export function wrongAct<A extends DocumentedAct>(
  signed: SignedAct,
  act: A,
  document: Subjects[A],
  look: Look,
): string | null {
  return wrongActOn(signed, act, [subjectDigest(look.means.digestOf, act, document)], look)
}

/** The same where any of several subjects will do. */
export function wrongActOn(
  signed: SignedAct,
  act: ActName,
  subjects: readonly Digest[],
  look: Look,
): string | null {
  const { trust } = look.site
  if (trust === null) return 'no trust chain was recorded before it'
  const subject = subjects.find((one) => one === signed.act.subject) ?? subjects[0]
  if (subject === undefined) return 'nothing is recorded that it could be about'
  const answer = checkAct(signed, look.means.verify, {
    trust,
    now: look.entry.at,
    act,
    subject,
    usedNonces: new Set(),
    proposer: null,
    already: [],
  })
  if (!answer.ok) return answer.says
  return useNonce(look, signed) ? null : `the nonce ${signed.act.nonce} was used before`
}
