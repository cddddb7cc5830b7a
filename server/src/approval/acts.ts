/** Checks a signed act by the one rule set, and uses its nonce up in the commit that records it. */

import type { ActName, SignedAct } from '@countersign/core/act/act'
import { type ActAnswer, checkAct } from '@countersign/core/approval/check'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Proposer } from '@countersign/core/plan/plan'
import { verifyAct } from '@countersign/crypto/verify-act'
import type pg from 'pg'
import type { Context } from '../context.ts'

export type Expected = {
  act: ActName
  subject: Digest
  proposer?: Proposer | null
  already?: readonly string[]
}

export async function checkSigned(
  tx: pg.ClientBase,
  context: Context,
  signed: SignedAct,
  expected: Expected,
): Promise<ActAnswer> {
  const { rows } = await tx.query<{ nonce: string }>('select nonce from nonce where nonce = $1', [
    signed.act.nonce,
  ])
  return checkAct(signed, verifyAct, {
    trust: context.trust.current(),
    now: context.now(),
    act: expected.act,
    subject: expected.subject,
    usedNonces: new Set(rows.map(({ nonce }) => nonce)),
    proposer: expected.proposer ?? null,
    already: expected.already ?? [],
  })
}

/** False: somebody used it a moment ago. */
export async function useNonce(tx: pg.ClientBase, context: Context, signed: SignedAct): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into nonce (nonce, used_at) values ($1, $2) on conflict do nothing',
    [signed.act.nonce, context.now()],
  )
  return rowCount === 1
}
