/** Audits the moment of leave: each approval, and whether the grant rests on enough good ones for exactly this plan. */
import type { SignedAct } from '../act/act.ts'
import { type ActAnswer, checkAct } from '../approval/check.ts'
import { missing, requirementOf, sayMissing } from '../approval/quorum.ts'
import type { Grant, SignedGrant } from '../grant/grant.ts'
import { readSignedGrant } from '../grant/read-grant.ts'
import { covering } from '../hold/hold.ts'
import type { Json } from '../kernel/json.ts'
import type { Decision } from '../policy/decision.ts'
import { compareOutcomes } from '../policy/outcome.ts'
import type { ProposalEvent } from '../proposal/event.ts'
import { grantKey } from '../trust/lookup.ts'
import { type Look, useNonce, wasUsedHere } from './entry.ts'
import type { Life } from './life.ts'

type Planned = NonNullable<Life['planned']>

export function auditApproved(
  { signed }: Extract<ProposalEvent, { type: 'approved' }>,
  life: Life,
  look: Look,
): void {
  if (life.planned === null) {
    look.report('APPROVAL_INVALID', 'there is no plan that it could be for')
    return
  }
  const already = life.approvals.map(({ person }) => person)
  const answer = judge(signed, life.planned, already, look)
  if (!answer.ok) {
    look.report(answer.code === 'IS_PROPOSER' ? 'APPROVED_BY_PROPOSER' : 'APPROVAL_INVALID', answer.says)
    return
  }
  if (!useNonce(look, signed)) {
    look.report('NONCE_REUSED', `the nonce ${signed.act.nonce} of "${signed.person}" was used before`)
    return
  }
  life.approvals.push(signed)
}

/** Each act is judged again when it is used: it may have expired since, or its person left the chain. */
function judge(signed: SignedAct, planned: Planned, already: readonly string[], look: Look): ActAnswer {
  const { trust } = look.site
  if (trust === null)
    return { ok: false, code: 'UNKNOWN_PERSON', says: 'no trust chain was recorded before it' }
  return checkAct(signed, look.means.verify, {
    trust,
    now: look.entry.at,
    act: 'approve',
    subject: planned.digest,
    usedNonces: new Set(),
    proposer: planned.plan.proposer,
    already,
  })
}

export function auditGranted(state: { grant: Json }, life: Life, look: Look): void {
  const read = readSignedGrant(state.grant)
  if ('refused' in read) {
    look.report('GRANT_MALFORMED', read.refused)
    return
  }
  const { signed } = read
  checkMaker(signed, look)
  checkBinding(signed.grant, life, look)
  checkLeave(signed.grant, life, look)
  if (life.planned !== null && life.decision !== null)
    checkPeople(signed, life.planned, life.decision, life, look)
  const { id } = signed.grant
  if (look.site.grants.has(id)) look.report('GRANT_REUSED', `grant ${id} was issued before`)
  if (look.site.granted.has(signed.grant.plan))
    look.report('GRANT_REUSED', `plan ${signed.grant.plan} was granted before`)
  look.site.grants.set(id, look.entry.stream)
  look.site.granted.add(signed.grant.plan)
  life.health = null
  const where = `${look.entry.stream}/${look.entry.seq}`
  if (life.grant?.started === true && !life.grant.ended) life.open.push(life.grant)
  life.grant = { id, where, started: false, ended: false, undone: false }
}

function checkMaker({ grant, key, signature }: SignedGrant, { entry, means, site, report }: Look): void {
  if (site.trust === null) {
    report('TRUST_MISSING', 'a grant was issued before any trust was recorded')
    return
  }
  const { body } = site.trust
  if (body.expiresAt <= entry.at)
    report('TRUST_EXPIRED', `trust/${body.version} expired at ${body.expiresAt}, the grant is of ${entry.at}`)
  const machine = grantKey(body, key, entry.at)
  if (machine === null) {
    report('GRANT_SIGNATURE', `"${key}" is no grant key of trust/${body.version} then`)
    return
  }
  if (!means.verifyMachine('countersign/grant/v1', grant as unknown as Json, machine.key, signature))
    report('GRANT_SIGNATURE', `the signature of grant key "${key}" does not hold`)
}

function checkBinding(grant: Grant, { planned }: Life, { entry, means, report }: Look): void {
  if (planned === null) {
    report('GRANT_OTHER_PLAN', 'no plan is recorded that it could be for')
    return
  }
  const { plan, digest } = planned
  if (grant.plan !== digest) report('GRANT_OTHER_PLAN', `expected plan ${digest}, got ${grant.plan}`)
  if (grant.site !== means.genesis)
    report('GRANT_OTHER_PLAN', `expected site ${means.genesis}, got ${grant.site}`)
  if (grant.runner !== plan.runner || grant.proposal !== plan.proposal)
    report('GRANT_OTHER_PLAN', `the grant names runner "${grant.runner}" and proposal ${grant.proposal}`)
  if (plan.expiresAt <= entry.at)
    report('GRANT_EXPIRED', `the plan held until ${plan.expiresAt}, it was granted at ${entry.at}`)
}

function checkLeave(grant: Grant, { planned, decision, over }: Life, { site, report }: Look): void {
  if (over !== null) report('GRANTED_AFTER_END', `the proposal was ${over} before`)
  if (decision === null) report('GRANT_WITHOUT_DECISION', 'no decision on this plan stands before the grant')
  else if (decision.outcome === 'refuse') report('GRANTED_AGAINST_REFUSAL', 'policy had refused the plan')
  else if (!(compareOutcomes(grant.outcome, demanded(decision)) >= 0))
    report('GRANT_TOO_MILD', `expected ${demanded(decision)} at least, got ${grant.outcome}`)
  if (planned === null) return
  const { limits, preconditions, action, targets, runbook } = planned.plan
  for (const { says } of limits) report('GRANTED_AGAINST_LIMIT', `the plan hits a hard limit: ${says}`)
  for (const { holds, says } of preconditions)
    if (holds === 'no') report('GRANTED_AGAINST_LIMIT', `a precondition does not hold: ${says}`)
  const act = { area: action.area, services: targets.map(({ service }) => service), runbook: runbook.id }
  for (const hold of covering([...site.holds.values()], act))
    report('GRANTED_WHILE_HELD', `hold "${hold.id}" covered it`)
}

/** As strictly as people had to be asked; `observe` asks as its other clauses demand. */
function demanded({ outcome, afterObserve }: Decision): 'auto' | 'confirm' | 'authorize' {
  if (outcome === 'observe') return afterObserve ?? 'confirm'
  return outcome === 'refuse' ? 'authorize' : outcome
}

function checkPeople(
  { grant, acts }: SignedGrant,
  planned: Planned,
  decision: Decision,
  life: Life,
  look: Look,
): void {
  const good: SignedAct[] = []
  for (const signed of acts) {
    const answer = judge(
      signed,
      planned,
      good.map(({ person }) => person),
      look,
    )
    if (!answer.ok) look.report('APPROVAL_INVALID', `the grant rests on a bad act: ${answer.says}`)
    else if (!life.approvals.some(({ act }) => act.nonce === signed.act.nonce) || !wasUsedHere(look, signed))
      look.report('APPROVAL_NOT_RECORDED', `the act of "${signed.person}" does not stand before the grant`)
    else good.push(signed)
  }
  const nonces = acts.map(({ act }) => act.nonce).sort()
  if (nonces.join() !== [...grant.approvals].sort().join())
    look.report('APPROVAL_NOT_RECORDED', 'the acts carried are not the ones that the grant names')
  const outcome = demanded(decision)
  if (outcome === 'auto') return
  const onePerson = look.site.trust?.body.onePerson === true
  const required = requirementOf(outcome, decision.approvers, planned.authors, onePerson)
  const votes = good.map(({ person, act }) => ({ person, role: act.role }))
  const lacking = missing(required, votes)
  if (lacking !== null) look.report('QUORUM_MISSING', sayMissing(lacking))
}
