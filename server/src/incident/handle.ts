/** What people do with an incident: take it over, record its cause. Both are signed acts. */
import type { SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import type { Cause, IncidentEvent } from '@countersign/core/incident/incident'
import type { Digest } from '@countersign/core/kernel/digest'
import { digestOf } from '@countersign/crypto/digest-of'
import { checkSigned, useNonce } from '../approval/acts.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { Refusal } from '../http/refusal.ts'
import { appendIncident, loadIncident } from './stream.ts'

export async function takeIncident(context: Context, id: string, reason: string, signed: SignedAct) {
  const subject = subjectDigest(digestOf, 'take', { proposal: id, reason })
  await act(context, id, signed, 'take', subject, { type: 'incident-taken', person: signed.person, signed })
  return { incident: id, takenBy: signed.person }
}

export async function recordCause(context: Context, id: string, cause: Cause, signed: SignedAct) {
  const subject = subjectDigest(digestOf, 'review', { proposal: id, finding: cause })
  await act(context, id, signed, 'review', subject, {
    type: 'cause-recorded',
    cause,
    person: signed.person,
    signed,
  })
  return { incident: id, cause }
}

async function act(
  context: Context,
  id: string,
  signed: SignedAct,
  name: 'take' | 'review',
  subject: Digest,
  event: IncidentEvent,
): Promise<void> {
  await inTransaction(context.pool, async (tx) => {
    const loaded = await loadIncident(tx, id)
    if (loaded.state.status === 'new') throw Refusal.notFound(`no incident ${id}`)
    const answer = await checkSigned(tx, context, signed, { act: name, subject })
    if (!answer.ok) throw Refusal.refused(answer.says, answer.code)
    if (!(await useNonce(tx, context, signed))) throw Refusal.conflict('the nonce was used before')
    const by = { kind: 'person' as const, id: signed.person }
    await appendIncident(tx, context, loaded, [{ event, by }], true)
  })
}
