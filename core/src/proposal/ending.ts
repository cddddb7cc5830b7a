/** What an ending means as an outcome: the last thing that is recorded of a proposal. */
import { never } from '../kernel/never.ts'
import type { Outcome } from './event.ts'
import type { Ending } from './proposal.ts'

export function outcomeOf(by: Ending): { outcome: Outcome; because: string } {
  switch (by.type) {
    case 'denied':
      return { outcome: 'denied', because: 'a person said no to it' }
    case 'approval-closed':
      if (by.why === 'superseded') return { outcome: 'no-action', because: 'another proposal took its place' }
      return {
        outcome: 'unanswered',
        because:
          by.why === 'plan-expired'
            ? 'the plan expired before enough people had signed it'
            : 'nobody answered on any rung of the ladder',
      }
    case 'undone':
      return by.complete
        ? { outcome: 'undone', because: by.why }
        : { outcome: 'escalated', because: `the undo is not complete: ${by.why}` }
    case 'not-planned':
      return { outcome: 'refused', because: by.refused.says }
    case 'not-started':
      return { outcome: 'refused', because: by.refused.says }
    default:
      return never(by)
  }
}
