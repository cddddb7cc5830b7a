/**
 * The one rule set for a signed act, on every path: server, command line and runner ask here. It says whether this
 * act counts; whether enough acts are there is `missing` in quorum.ts.
 */
import { type ActName, readAct, type SignedAct } from '../act/act.ts'
import { longestLife } from '../act/lifetime.ts'
import type { Verify } from '../act/vouch.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Proposer } from '../plan/plan.ts'
import type { Trust } from '../trust/chain.ts'
import { keyOf, rolesOf } from '../trust/lookup.ts'

export type ActRefusal =
  | 'ACT_FORM'
  | 'ACT_OTHER'
  | 'ACT_OTHER_SITE'
  | 'ACT_OTHER_SUBJECT'
  | 'ACT_EXPIRED'
  | 'ACT_TOO_LONG'
  | 'NONCE_USED'
  | 'UNKNOWN_PERSON'
  | 'KEY_NOT_THEIRS'
  | 'ROLE_NOT_HELD'
  | 'IS_PROPOSER'
  | 'SIGNED_ALREADY'
  | 'SIGNATURE_WRONG'

/**
 * `subject` and `act` are what the receiver expects, worked out by itself. `proposer` is null where nothing was
 * proposed (a hold). `already` are the people whose act of this kind on this subject counts already.
 */
export type ActContext = {
  trust: Trust
  now: Instant
  act: ActName
  subject: Digest
  usedNonces: { has(nonce: string): boolean }
  proposer: Proposer | null
  already: readonly string[]
}

export type ActAnswer = { ok: true } | { ok: false; code: ActRefusal; says: string }

/** The proposer vouches for nothing of their own; a one-person install has nobody else, and every entry says so. */
const NOT_BY_PROPOSER: readonly ActName[] = ['approve', 'narrow', 'except', 'license', 'break-glass']

export function checkAct(signed: SignedAct, verify: Verify, context: ActContext): ActAnswer {
  return (
    checkForm(signed, context) ??
    checkTime(signed, context) ??
    checkPerson(signed, context) ??
    checkSignature(signed, verify) ?? { ok: true }
  )
}

function refuse(code: ActRefusal, says: string): ActAnswer {
  return { ok: false, code, says }
}

function checkForm({ act }: SignedAct, context: ActContext): ActAnswer | null {
  const read = readAct(act as unknown as Json)
  if ('refused' in read) return refuse('ACT_FORM', `the act has another form than version 1: ${read.refused}`)
  if (act.act !== context.act)
    return refuse('ACT_OTHER', `expected the act "${context.act}", got "${act.act}"`)
  if (act.site !== context.trust.site)
    return refuse('ACT_OTHER_SITE', `the act was signed for site ${act.site}, this is ${context.trust.site}`)
  if (act.subject !== context.subject)
    return refuse('ACT_OTHER_SUBJECT', `the act is about ${act.subject}, expected ${context.subject}`)
  return null
}

function checkTime({ act }: SignedAct, { now, usedNonces }: ActContext): ActAnswer | null {
  if (act.notAfter <= now) return refuse('ACT_EXPIRED', `the act held until ${act.notAfter}, it is ${now}`)
  if (act.notAfter > now + longestLife(act.act))
    return refuse('ACT_TOO_LONG', `the act would hold until ${act.notAfter}, longer than it may`)
  if (usedNonces.has(act.nonce)) return refuse('NONCE_USED', `the nonce ${act.nonce} was used before`)
  return null
}

function checkPerson(signed: SignedAct, context: ActContext): ActAnswer | null {
  const { act, person, key } = signed
  const { body } = context.trust
  if (!body.people.some(({ id }) => id === person))
    return refuse('UNKNOWN_PERSON', `"${person}" is not in trust/${body.version}`)
  if (keyOf(body, person, key, context.now) === null)
    return refuse('KEY_NOT_THEIRS', `the key is not a valid key of "${person}" in trust/${body.version}`)
  if (!rolesOf(body, person).includes(act.role))
    return refuse('ROLE_NOT_HELD', `"${person}" does not hold the role "${act.role}"`)
  if (isProposer(person, context) && NOT_BY_PROPOSER.includes(act.act) && !body.onePerson)
    return refuse('IS_PROPOSER', `"${person}" proposed it and cannot sign "${act.act}" for it`)
  if (context.already.includes(person))
    return refuse('SIGNED_ALREADY', `"${person}" signed already; each person counts once`)
  return null
}

function isProposer(person: string, { proposer }: ActContext): boolean {
  return proposer !== null && proposer.kind === 'person' && proposer.id === person
}

function checkSignature(signed: SignedAct, verify: Verify): ActAnswer | null {
  const answer = verify(signed)
  return answer === true ? null : refuse('SIGNATURE_WRONG', `the signature does not hold: ${answer}`)
}
