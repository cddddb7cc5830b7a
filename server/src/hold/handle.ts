/** Sets and lifts holds by signed acts, and pages when one is overdue. A hold never lifts by itself. */
import type { SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import type { HoldScope } from '@countersign/core/hold/hold'
import type { Json } from '@countersign/core/kernel/json'
import { digestOf } from '@countersign/crypto/digest-of'
import { checkSigned, useNonce } from '../approval/acts.ts'
import { notify } from '../bus.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { Refusal } from '../http/refusal.ts'
import { enqueue } from '../jobs/queue.ts'
import { appendSite } from '../trust/site-stream.ts'
import { derived } from '../uuid.ts'
import { type HoldRow, liftHold, listHoldRows, lockHolds, takeOverdue, writeHold } from './store.ts'

export type HoldWish = { scope: HoldScope; reason: string; until: number; signed: SignedAct }

/** The id comes from the act's nonce, so that the same act sent again finds the same hold. */
export async function setHold(context: Context, wish: HoldWish): Promise<HoldRow> {
  const { scope, reason, until, signed } = wish
  return inTransaction(context.pool, async (tx) => {
    await lockHolds(tx, 'alone')
    const known = (await listHoldRows(tx)).find((hold) => hold.id === derived('hold', signed.act.nonce))
    if (known !== undefined && known.person === signed.person && known.until === until) return known
    const subject = subjectDigest(digestOf, 'hold', { scope, reason, until })
    const answer = await checkSigned(tx, context, signed, { act: 'hold', subject })
    if (!answer.ok) throw Refusal.refused(answer.says, answer.code)
    if (!(await useNonce(tx, context, signed))) throw Refusal.conflict('the nonce was used before')
    const id = derived('hold', signed.act.nonce)
    const hold: HoldRow = {
      id,
      scope,
      reason,
      person: signed.person,
      since: context.now(),
      until,
      paged: false,
    }
    await writeHold(tx, hold)
    await appendSite(tx, context, {
      type: 'hold-set',
      actor: { kind: 'person', id: signed.person },
      state: { id, scope, until, signed } as unknown as Json,
      private: { class: 'incident', body: { reason } },
    })
    for (const { id: runner } of context.trust.current().body.runners) await notify(tx, 'task', runner)
    return hold
  })
}

export async function resumeHold(context: Context, id: string, signed: SignedAct): Promise<void> {
  await inTransaction(context.pool, async (tx) => {
    await lockHolds(tx, 'alone')
    const answer = await checkSigned(tx, context, signed, {
      act: 'resume',
      subject: subjectDigest(digestOf, 'resume', { hold: id }),
    })
    if (!answer.ok) throw Refusal.refused(answer.says, answer.code)
    if (!(await useNonce(tx, context, signed))) throw Refusal.conflict('the nonce was used before')
    if (!(await liftHold(tx, id, context.now()))) throw Refusal.notFound(`no hold ${id} is in force`)
    await appendSite(tx, context, {
      type: 'hold-lifted',
      actor: { kind: 'person', id: signed.person },
      state: { id, signed } as unknown as Json,
    })
  })
}

export async function pageOverdue(context: Context): Promise<void> {
  await inTransaction(context.pool, async (tx) => {
    for (const hold of await takeOverdue(tx, context.now())) {
      await appendSite(tx, context, {
        type: 'hold-overdue',
        actor: { kind: 'control-plane', id: 'countersign' },
        state: { id: hold.id, scope: hold.scope, person: hold.person } as unknown as Json,
      })
      await enqueue(tx, 'page', `hold ${hold.id}`)
    }
  })
}
