/**
 * Checks a plan before anyone signs it, on the approver's own machine: its digest is computed anew from what will be
 * shown, and the signature must be that of a runner in the verified trust chain. The server's word counts nothing.
 */
import type { Reply } from '@countersign/client/client'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { Plan, SignedPlan } from '@countersign/core/plan/plan'
import type { Trust } from '@countersign/core/trust/chain'
import { runnerKey } from '@countersign/core/trust/lookup'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import { refused } from '../exit.ts'

export type Proposal = Reply<'getProposal'>
export type CheckedPlan = { plan: Plan; digest: Digest }

const HINT = 'sign nothing: the server shows another plan than the runner made; tell whoever runs the server'

/** Throws a `Stop` with what is wrong. Expiry is not checked here: an old plan may be looked at. */
export function checkPlan(
  proposal: Pick<Proposal, 'id' | 'plan'>,
  trust: Trust,
  now: number,
): CheckedPlan | null {
  if (proposal.plan === null) return null
  const { plan, signature } = (proposal.plan.signed ?? {}) as Partial<SignedPlan>
  if (plan === undefined || plan === null || typeof signature !== 'string')
    throw refused('the plan carries no signature of a runner', HINT)
  const digest = recompute(plan)
  if (digest !== proposal.plan.digest)
    throw refused(`the server names plan ${proposal.plan.digest}, what it shows is ${digest}`, HINT)
  if (plan.site !== trust.site)
    throw refused(`the plan is for site ${plan.site}, this is ${trust.site}`, HINT)
  if (plan.proposal !== proposal.id)
    throw refused(`the plan belongs to proposal ${plan.proposal}, asked was ${proposal.id}`, HINT)
  const key = runnerKey(trust.body, plan.runner, now)
  if (key === null)
    throw refused(`"${plan.runner}" is not a runner with a valid key in trust/${trust.body.version}`, HINT)
  if (!verifyMachine('countersign/plan/v1', plan as unknown as Json, key.key, signature))
    throw refused(`the plan is not signed by the runner "${plan.runner}"`, HINT)
  return { plan, digest }
}

function recompute(plan: Plan): Digest {
  try {
    return digestOf('countersign/plan/v1', plan as unknown as Json)
  } catch (cause) {
    throw refused(
      `the plan cannot be hashed: ${cause instanceof Error ? cause.message : String(cause)}`,
      HINT,
    )
  }
}
