/** What the audit remembers of one proposal while its entries pass by. */
import type { SignedAct } from '../act/act.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Plan } from '../plan/plan.ts'
import type { Decision } from '../policy/decision.ts'
import type { ProposalEvent } from '../proposal/event.ts'

export type Proposed = Extract<ProposalEvent, { type: 'proposed' }>

export type Life = {
  proposed: Proposed | null
  planned: { plan: Plan; digest: Digest; authors: string[] } | null
  decision: Decision | null
  /** Approvals that count for the plan as it stands. */
  approvals: SignedAct[]
  /** The grant that this proposal has now; null before it and after its plan became void. */
  grant: { id: string; where: string; started: boolean; ended: boolean; undone: boolean } | null
  health: 'yes' | 'no' | 'blind' | null
  /** Why nothing may be granted any more: `denied`, `unanswered` or `closed`. */
  over: string | null
  /** Grants that were used, never ended, and were followed by another. */
  open: { id: string; where: string }[]
}

export function newLife(): Life {
  return {
    proposed: null,
    planned: null,
    decision: null,
    approvals: [],
    grant: null,
    health: null,
    over: null,
    open: [],
  }
}

/** Nothing that rested on the plan holds any longer. */
export function forgetPlan(life: Life): void {
  life.planned = null
  life.decision = null
  life.approvals = []
  life.health = null
}
