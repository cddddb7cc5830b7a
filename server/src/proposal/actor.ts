/** Which actor vouches for which event: no one records a phase that is not theirs. */

import type { Actor } from '@countersign/core/kernel/actor'
import type { ProposalEvent } from '@countersign/core/proposal/event'

/** `by` is whoever reported it from outside: a runner's id, a person's, the proposer's. */
export function actorOf(event: ProposalEvent, by: string): Actor {
  switch (event.type) {
    case 'proposed':
      return { kind: 'proposer', id: by }
    case 'evidence-read':
      return { kind: 'evidence-reader', id: 'countersign' }
    case 'decided':
    case 'approval-opened':
    case 'approval-refused':
      return { kind: 'policy-engine', id: 'countersign' }
    case 'approved':
    case 'denied':
      return { kind: 'approver', id: by }
    case 'interrupted':
      return { kind: 'person', id: by }
    case 'planned':
    case 'not-planned':
    case 'execution-started':
    case 'not-started':
    case 'step-reported':
    case 'execution-finished':
    case 'undone':
      return { kind: 'executor', id: by }
    case 'health-opened':
    case 'health-judged':
      return { kind: 'verifier', id: 'countersign' }
    default:
      return { kind: 'control-plane', id: 'countersign' }
  }
}
