/** A person steps in: abort, reverse or take over, before, between or after the steps. Signed, recorded, then done. */
import type { SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import type { IncidentEvent } from '@countersign/core/incident/incident'
import type { Digest } from '@countersign/core/kernel/digest'
import type { ProposalEvent } from '@countersign/core/proposal/event'
import type { Proposal } from '@countersign/core/proposal/proposal'
import { digestOf } from '@countersign/crypto/digest-of'
import type pg from 'pg'
import { checkSigned, useNonce } from '../approval/acts.ts'
import { notify } from '../bus.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { reserve } from '../grant/store.ts'
import { Refusal } from '../http/refusal.ts'
import { appendIncident, loadIncident } from '../incident/stream.ts'
import { handOut } from '../runner/tasks.ts'
import { uuid } from '../uuid.ts'
import { closeProposal } from './close.ts'
import { proposedOf } from './steering.ts'
import { innermost } from './store.ts'
import { appendProposal, type LoadedProposal, loadProposal } from './stream.ts'

export type Interrupt = { how: 'abort' | 'reverse' | 'take'; reason: string; signed: SignedAct }

export async function interrupt(
  context: Context,
  id: string,
  wish: Interrupt,
): Promise<{ proposal: string; phase: string }> {
  const state = await inTransaction(context.pool, async (tx) => {
    const loaded = await loadProposal(tx, id)
    if (loaded.state.phase === 'new') throw Refusal.notFound(`no proposal ${id}`)
    const subject = await check(tx, context, loaded, wish)
    const { how, signed, reason } = wish
    const event: ProposalEvent = { type: 'interrupted', how, signed, reason: subject }
    const appended = await appendProposal(tx, context, loaded, [
      { event, by: signed.person, private: { class: 'incident', body: { reason } } },
    ])
    const { state } = await follow(tx, context, appended, wish)
    if (how === 'take') await takeAlong(tx, context, proposedOf(state)?.incident ?? null, signed)
    return state
  })
  return { proposal: id, phase: state.phase }
}

/** The act is about the grant where there is one, else about the proposal. */
async function check(
  tx: pg.ClientBase,
  context: Context,
  loaded: LoadedProposal,
  wish: Interrupt,
): Promise<Digest> {
  const inner = innermost(loaded.state)
  const about =
    'grant' in inner
      ? { grant: inner.grant.grant.id, reason: wish.reason }
      : { proposal: loaded.id, reason: wish.reason }
  const subject = subjectDigest(digestOf, wish.how, about)
  const answer = await checkSigned(tx, context, wish.signed, { act: wish.how, subject })
  if (!answer.ok) throw Refusal.refused(answer.says, answer.code)
  if (!(await useNonce(tx, context, wish.signed))) throw Refusal.conflict('the nonce was used before')
  return subject
}

async function follow(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  wish: Interrupt,
): Promise<LoadedProposal> {
  const { state } = loaded
  if (!('grant' in state)) {
    if (state.phase === 'closed' || state.phase === 'ending') return followClosed(tx, context, loaded, wish)
    const outcome = wish.how === 'take' ? 'taken' : 'aborted'
    return closeProposal(tx, context, loaded, outcome, `${wish.signed.person} said ${wish.how}`)
  }
  if (isRunning(state)) return stopRunning(tx, context, loaded, state, wish)
  if (wish.how === 'reverse') return undo(tx, context, loaded, state, wish)
  const outcome = wish.how === 'take' ? 'taken' : 'aborted'
  return closeProposal(tx, context, loaded, outcome, `${wish.signed.person} said ${wish.how}`)
}

/** Who takes the repair takes its incident: nothing else is proposed for it by itself. */
async function takeAlong(
  tx: pg.PoolClient,
  context: Context,
  incident: string | null,
  signed: SignedAct,
): Promise<void> {
  if (incident === null) return
  const loaded = await loadIncident(tx, incident)
  if (loaded.state.status !== 'open' || loaded.state.takenBy !== null) return
  const event: IncidentEvent = { type: 'incident-taken', person: signed.person, signed }
  const by = { kind: 'person' as const, id: signed.person }
  await appendIncident(tx, context, loaded, [{ event, by }], true)
}

type Granted = Extract<Proposal, { grant: unknown }>

function isRunning(state: Granted): boolean {
  return state.phase === 'granted' || state.phase === 'executing'
}

/** The runner hears it between two steps: by its poll, by the reply to each report, and as a task. */
async function stopRunning(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  state: Granted,
  wish: Interrupt,
) {
  const { grant } = state.grant
  const how = wish.how === 'reverse' ? 'reverse' : 'abort'
  await tx.query('update proposal set stop = $2 where id = $1', [loaded.id, how])
  const because = `${wish.signed.person} said ${wish.how}`
  await handOut(tx, context, grant.runner, loaded.id, {
    type: 'stop',
    id: uuid(context.now()),
    grant: grant.id,
    because,
  })
  await notify(tx, 'task', grant.runner)
  return loaded
}

async function undo(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  state: Granted,
  wish: Interrupt,
) {
  const { grant } = state.grant
  const task = uuid(context.now())
  const because = `${wish.signed.person} reversed it`
  const appended = await appendProposal(tx, context, loaded, [
    { event: { type: 'undo-requested', because, task, acts: [wish.signed] } },
  ])
  await handOut(tx, context, grant.runner, loaded.id, {
    type: 'undo',
    id: task,
    grant: grant.id,
    // The runner checks the act over exactly these words.
    because: wish.reason,
    acts: [wish.signed],
  })
  return appended
}

/** After the end only a reverse has sense, and only within the right to undo. */
async function followClosed(tx: pg.PoolClient, context: Context, loaded: LoadedProposal, wish: Interrupt) {
  const inner = innermost(loaded.state)
  if (wish.how !== 'reverse' || !('grant' in inner))
    throw Refusal.conflict(`proposal ${loaded.id} has ended: there is nothing to ${wish.how}`)
  if (inner.grant.grant.undo.notAfter <= context.now())
    throw Refusal.conflict(`the right to undo ended: propose the way back as an act of its own`)
  const taken = await reserve(tx, loaded.id, inner.planned.signed.plan, {}, context.now())
  if (taken !== null) throw Refusal.conflict(taken)
  return undo(tx, context, loaded, inner, wish)
}
