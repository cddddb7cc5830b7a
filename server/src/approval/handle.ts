/** Approve and deny: signed acts over the exact plan. A refusal is an answer, and is recorded. */
import type { SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import type { ActAnswer } from '@countersign/core/approval/check'
import { missingFor } from '@countersign/core/proposal/asking'
import type { ProposalEvent } from '@countersign/core/proposal/event'
import type { Proposal } from '@countersign/core/proposal/proposal'
import { digestOf } from '@countersign/crypto/digest-of'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { Refusal } from '../http/refusal.ts'
import { goOnSafely } from '../proposal/advance.ts'
import { innermost } from '../proposal/store.ts'
import { appendProposal, type LoadedProposal, loadProposal } from '../proposal/stream.ts'
import { checkSigned, useNonce } from './acts.ts'

export type Answered = { proposal: string; phase: string; missing: { role: string; count: number }[] }
type Asking = Extract<Proposal, { phase: 'asking' }>
/** `code`: the rule that it broke; NOT_ASKED where nobody waits for it (any more). */
type Refused = { code: string; says: string }

/** Refusals are recorded while the stream is shorter than this. */
const MOST_RECORDED = 200

export function approve(context: Context, id: string, signed: SignedAct): Promise<Answered> {
  return answer(context, id, signed, null)
}

export function deny(context: Context, id: string, reason: string, signed: SignedAct): Promise<Answered> {
  return answer(context, id, signed, reason)
}

async function answer(
  context: Context,
  id: string,
  signed: SignedAct,
  reason: string | null,
): Promise<Answered> {
  const result = await inTransaction(context.pool, async (tx) => {
    const loaded = await loadProposal(tx, id)
    const { state } = loaded
    if (state.phase === 'new') throw Refusal.notFound(`no proposal ${id}`)
    // An answer that was lost on its way: the very same act again is no second one.
    if (reason === null && actsOf(state).some((known) => isSame(known, signed))) return { next: loaded }
    if (state.phase !== 'asking') {
      const says = `proposal ${id} is "${state.phase}", nobody's signature is awaited`
      return recordRefusal(tx, context, loaded, signed, { code: 'NOT_ASKED', says })
    }
    const checked = await check(tx, context, state, signed, reason)
    if (!checked.ok) return recordRefusal(tx, context, loaded, signed, checked)
    if (!(await useNonce(tx, context, signed))) throw Refusal.conflict('the nonce was used before')
    const event: ProposalEvent =
      reason === null
        ? { type: 'approved', signed }
        : { type: 'denied', signed, reason: denied(state, reason) }
    const next = await appendProposal(tx, context, loaded, [
      {
        event,
        by: signed.person,
        ...(reason === null ? {} : { private: { class: 'incident' as const, body: { reason } } }),
      },
    ])
    return { next: await goOnSafely(tx, context, next) }
  })
  if ('refused' in result) {
    const { says, code } = result.refused
    throw code === 'NOT_ASKED' ? Refusal.conflict(says) : Refusal.refused(says, code)
  }
  const { state } = result.next
  return {
    proposal: id,
    phase: state.phase,
    missing: state.phase === 'asking' ? missingRoles(context, state) : [],
  }
}

function actsOf(state: Proposal): readonly SignedAct[] {
  const inner = innermost(state)
  if (inner.phase === 'asking') return inner.asking.acts
  return 'grant' in inner ? inner.acts : []
}

function isSame(a: SignedAct, b: SignedAct): boolean {
  return a.act.nonce === b.act.nonce && a.signature === b.signature && a.person === b.person
}

async function check(
  tx: pg.ClientBase,
  context: Context,
  state: Asking,
  signed: SignedAct,
  reason: string | null,
): Promise<ActAnswer> {
  const { proposed, planned, asking } = state
  if (planned.signed.plan.expiresAt <= context.now())
    return { ok: false, code: 'ACT_EXPIRED', says: 'the plan has expired; a new one is made and asked for' }
  return checkSigned(tx, context, signed, {
    act: reason === null ? 'approve' : 'deny',
    subject: reason === null ? planned.digest : denied(state, reason),
    proposer: proposed.proposer,
    already: reason === null ? asking.acts.map(({ person }) => person) : [],
  })
}

/** The subject of a denial: the plan with the reason, so that nobody can put another reason under it. */
function denied(state: Asking, reason: string) {
  return subjectDigest(digestOf, 'deny', { plan: state.planned.digest, reason })
}

async function recordRefusal(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  signed: SignedAct,
  { code, says }: Refused,
): Promise<{ refused: Refused }> {
  // A stream is folded whole: what anyone with a token may repeat does not grow it without end.
  if (loaded.seq >= MOST_RECORDED) return { refused: { code, says } }
  const person = context.trust.current().body.people.some(({ id }) => id === signed.person)
    ? signed.person
    : 'unknown'
  await appendProposal(tx, context, loaded, [{ event: { type: 'approval-refused', person, code, says } }])
  return { refused: { code, says } }
}

/** What is still missing, as places by role; further people of any role stand under "any". */
export function missingRoles(context: Context, state: Asking): { role: string; count: number }[] {
  const left = missingFor(
    state.asking,
    state.decided.decision,
    state.planned.signed.plan,
    context.trust.current().body.onePerson,
  )
  if (left === null) return []
  return [...left.roles, ...(left.people > 0 ? [{ role: 'any', count: left.people }] : [])]
}
