/** What `next` needs to know beside the state: clock, ladder, runbook, and whether this is a one-person install. */
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type { Steering } from '@countersign/core/proposal/next'
import type { Proposal, Proposed } from '@countersign/core/proposal/proposal'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { Context } from '../context.ts'

export function steering(state: Proposal, now: Instant, context: Context): Steering {
  const { published, trust } = context
  return {
    now,
    ladder: published.policy()?.policy.ladder ?? [],
    runbook: runbookOf(state, context),
    onePerson: trust.current().body.onePerson,
  }
}

/** The wish behind a state, also after its end. */
export function proposedOf(state: Proposal): Proposed | null {
  if (state.phase === 'ending' || state.phase === 'closed') return proposedOf(state.before)
  return state.phase === 'new' ? null : state.proposed
}

/** The runbook by the digest that was proposed: a newer version of the same name is another one. */
export function runbookOf(state: Proposal, { published }: Context): Runbook | null {
  const proposed = proposedOf(state)
  if (proposed === null) return null
  return published.runbook(proposed.runbook.id, proposed.runbook.digest as Digest)?.runbook ?? null
}
