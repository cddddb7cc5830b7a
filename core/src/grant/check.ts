/**
 * What a runner demands of a grant before it touches anything. The server's word is one of the conditions, never
 * enough: either people signed exactly this plan, or the runner's own envelope covers it.
 */
import type { SignedAct } from '../act/act.ts'
import type { Verify, VerifyMachine } from '../act/vouch.ts'
import { checkAct } from '../approval/check.ts'
import { missing, requirementOf, type SignedOutcome, sayMissing } from '../approval/quorum.ts'
import type { ActionKind } from '../facts/schema.ts'
import type { Digest, DigestOf } from '../kernel/digest.ts'
import type { Duration, Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Plan, SignedPlan } from '../plan/plan.ts'
import type { UnsignedRule } from '../runner/config.ts'
import type { Refused, RunnerRefusal } from '../runner/protocol.ts'
import type { Trust } from '../trust/chain.ts'
import { grantKey } from '../trust/lookup.ts'
import { checkEnvelope, type UnsignedUse } from './envelope.ts'
import type { Grant, SignedGrant } from './grant.ts'

/** No grant and no right to undo outlives this: a stolen server gets no standing permission. */
const LONGEST: Duration = 86_400_000

/** All of it the runner's own knowledge: configuration, journal, trust chain, drivers. */
export type GrantContext = {
  runner: string
  trust: Trust
  now: Instant
  /** This runner's public key (base64): it believes plans that it signed itself, and no others. */
  ownKey: string
  usedGrants: { has(id: string): boolean }
  usedNonces: { has(nonce: string): boolean }
  /** Digests of plans in the journal, with who alone published their runbook. */
  planned: (plan: Digest) => { authors: readonly string[] } | null
  /** Kinds of all steps as the drivers declare them. */
  kinds: readonly ActionKind[]
  onePersonKinds: readonly ActionKind[]
  rules: readonly UnsignedRule[]
  uses: readonly UnsignedUse[]
}

export type Checks = { verify: Verify; verifyMachine: VerifyMachine; digestOf: DigestOf }

/** `rule` is the envelope's rule when no person signed. */
export type GrantAnswer =
  | { ok: true; by: 'people'; people: string[] }
  | { ok: true; by: 'envelope'; rule: UnsignedRule }
  | { ok: false; refused: Refused }

export function checkGrant(
  { plan, signed }: { plan: SignedPlan; signed: SignedGrant },
  context: GrantContext,
  checks: Checks,
): GrantAnswer {
  const refused =
    checkGrantItself(signed, context, checks) ?? checkBinding(plan, signed.grant, context, checks)
  if (refused !== null) return refused
  if (signed.acts.length > 0 || signed.grant.approvals.length > 0)
    return checkPeople(plan.plan, signed, context, checks)
  if (signed.grant.outcome !== 'auto')
    return refuse('SIGNATURES_MISSING', `the grant says "${signed.grant.outcome}" and carries no signed act`)
  const envelope = checkEnvelope(plan.plan, context.rules, context.uses, context.now)
  return envelope.inside
    ? { ok: true, by: 'envelope', rule: envelope.rule }
    : refuse(envelope.code, envelope.says)
}

function refuse(code: RunnerRefusal, says: string, plan?: Plan): GrantAnswer {
  const limits = plan?.limits ?? []
  const conditions = plan?.preconditions.filter(({ holds }) => holds !== 'yes') ?? []
  return { ok: false, refused: { code, says, limits, conditions } }
}

function checkGrantItself(signed: SignedGrant, context: GrantContext, checks: Checks): GrantAnswer | null {
  const { grant } = signed
  const key = grantKey(context.trust.body, signed.key, context.now)
  if (key === null)
    return refuse(
      'GRANT_SIGNATURE',
      `"${signed.key}" is not a grant key of trust/${context.trust.body.version}`,
    )
  if (!checks.verifyMachine('countersign/grant/v1', grant as unknown as Json, key.key, signed.signature))
    return refuse('GRANT_SIGNATURE', `the signature of grant key "${signed.key}" does not hold`)
  if (grant.site !== context.trust.site)
    return refuse('GRANT_FOR_OTHER', `the grant is for site ${grant.site}, this is ${context.trust.site}`)
  if (grant.runner !== context.runner)
    return refuse('GRANT_FOR_OTHER', `the grant is for runner "${grant.runner}", this is "${context.runner}"`)
  if (context.usedGrants.has(grant.id)) return refuse('GRANT_USED', `grant ${grant.id} was used before`)
  if (grant.notAfter > context.now + LONGEST || grant.undo.notAfter > context.now + LONGEST)
    return refuse('GRANT_TOO_LONG', 'the grant, or its right to undo, would outlive a day')
  if (grant.notAfter <= context.now)
    return refuse('GRANT_EXPIRED', `the grant held until ${grant.notAfter}, it is ${context.now}`)
  return null
}

function checkBinding(
  { plan, signature }: SignedPlan,
  grant: Grant,
  context: GrantContext,
  checks: Checks,
): GrantAnswer | null {
  const digest = checks.digestOf('countersign/plan/v1', plan as unknown as Json)
  if (digest !== grant.plan)
    return refuse('PLAN_CHANGED', `the grant is for plan ${grant.plan}, the plan given is ${digest}`)
  if (!checks.verifyMachine('countersign/plan/v1', plan as unknown as Json, context.ownKey, signature))
    return refuse('PLAN_CHANGED', 'the plan does not carry this runner’s signature')
  if (context.planned(digest) === null)
    return refuse('PLAN_CHANGED', `plan ${digest} is not in this runner’s journal`)
  if (plan.runner !== context.runner || plan.site !== context.trust.site)
    return refuse('GRANT_FOR_OTHER', `the plan is for runner "${plan.runner}" at site ${plan.site}`)
  if (plan.proposal !== grant.proposal)
    return refuse(
      'PLAN_CHANGED',
      `the grant is for proposal ${grant.proposal}, the plan for ${plan.proposal}`,
    )
  if (plan.expiresAt <= context.now)
    return refuse('PLAN_EXPIRED', `the plan held until ${plan.expiresAt}, it is ${context.now}`)
  const limit = plan.limits[0]
  if (limit !== undefined)
    return refuse(
      'LIMIT_HIT',
      `${limit.says}: the limit is ${limit.limit}, the plan has ${limit.actual}`,
      plan,
    )
  const failing = plan.preconditions.find(({ holds }) => holds === 'no')
  if (failing !== undefined)
    return refuse('PRECONDITION', `the precondition does not hold: ${failing.says}`, plan)
  return null
}

/** Every act must be good: one bad act among enough good ones is a sign of something worse. */
function checkPeople(plan: Plan, signed: SignedGrant, context: GrantContext, checks: Checks): GrantAnswer {
  const { grant, acts } = signed
  const nonces = acts.map(({ act }) => act.nonce).sort()
  if (nonces.join() !== [...grant.approvals].sort().join())
    return refuse('SIGNATURES_MISSING', 'the acts carried are not the ones that the grant names')
  const wrong = firstWrong(acts, plan, grant.plan, context, checks.verify)
  if (wrong !== null) return refuse('SIGNATURE_INVALID', wrong)
  const authors = context.planned(grant.plan)?.authors ?? []
  const required = requirementOf(strictest(grant, context), [], authors, context.trust.body.onePerson)
  const lacking = missing(
    required,
    acts.map(({ person, act }) => ({ person, role: act.role })),
  )
  if (lacking !== null) return refuse('SIGNATURES_MISSING', sayMissing(lacking))
  return { ok: true, by: 'people', people: acts.map(({ person }) => person) }
}

function firstWrong(
  acts: readonly SignedAct[],
  plan: Plan,
  subject: Digest,
  context: GrantContext,
  verify: Verify,
): string | null {
  const people: string[] = []
  const nonces = new Set<string>()
  for (const signed of acts) {
    const usedNonces = { has: (nonce: string) => nonces.has(nonce) || context.usedNonces.has(nonce) }
    const answer = checkAct(signed, verify, {
      trust: context.trust,
      now: context.now,
      act: 'approve',
      subject,
      usedNonces,
      proposer: plan.proposer,
      already: people,
    })
    if (!answer.ok) return `the act of "${signed.person}" does not count: ${answer.says}`
    people.push(signed.person)
    nonces.add(signed.act.nonce)
  }
  return null
}

/** The stricter of what the server says and what this runner demands for the kinds of action it would carry out. */
function strictest(grant: Grant, context: GrantContext): SignedOutcome {
  return grant.outcome === 'authorize' ? 'authorize' : runnerMinimum(context.kinds, context.onePersonKinds)
}

/** Two people, unless every kind is listed as one that a single person may agree to. */
export function runnerMinimum(kinds: readonly ActionKind[], one: readonly ActionKind[]): SignedOutcome {
  return kinds.length > 0 && kinds.every((kind) => one.includes(kind)) ? 'confirm' : 'authorize'
}
