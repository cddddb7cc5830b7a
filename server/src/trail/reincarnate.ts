/** Goes on after a rewind, when two people (in a one-person install: one) sign for the head that is left behind. */
import type { SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import { missing, requirementOf, sayMissing } from '@countersign/core/approval/quorum'
import type { Json } from '@countersign/core/kernel/json'
import { digestOf } from '@countersign/crypto/digest-of'
import { checkSigned, useNonce } from '../approval/acts.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { Refusal } from '../http/refusal.ts'
import { reincarnate } from '../log/reincarnate.ts'
import { logHead } from './head.ts'

export async function reincarnateLog(context: Context, acts: readonly SignedAct[]) {
  const status = context.log.status()
  if (status.state !== 'rewound') throw Refusal.conflict('the log is whole: there is nothing to reincarnate')
  const { published } = status
  const subject = subjectDigest(digestOf, 'reincarnate', {
    oldHead: `${published.incarnation}/${published.size}/${published.root}`,
    newIncarnation: String(published.incarnation + 1),
  })
  await inTransaction(context.pool, async (tx) => {
    const people: string[] = []
    for (const signed of acts) {
      const answer = await checkSigned(tx, context, signed, { act: 'reincarnate', subject, already: people })
      if (!answer.ok) throw Refusal.refused(answer.says, answer.code)
      if (!(await useNonce(tx, context, signed))) throw Refusal.conflict('the nonce was used before')
      people.push(signed.person)
    }
    const required = requirementOf('authorize', [], [], context.trust.current().body.onePerson)
    const left = missing(
      required,
      acts.map(({ person, act }) => ({ person, role: act.role })),
    )
    if (left !== null) throw Refusal.refused(sayMissing(left), 'QUORUM')
    const actor = { kind: 'person', id: people[0] ?? 'unknown' }
    await reincarnate(
      tx,
      { site: context.name, actor, previous: published, acts: acts as unknown as Json },
      context.now,
    )
  })
  return logHead(context)
}
