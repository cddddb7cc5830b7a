/** Which job does what. The payload is an id; what is true is read when the job runs. */
import type { Context } from '../context.ts'
import { advanceIncident } from '../incident/advance.ts'
import { page } from '../notify/page.ts'
import { advanceProposal } from '../proposal/advance.ts'
import type { Tasks } from './queue.ts'

export function tasks(context: Context): Tasks {
  return {
    'advance-proposal': (id) => advanceProposal(context, bare(id)),
    'advance-incident': (id) => advanceIncident(context, bare(id)),
    page: (id) => page(context, id),
  }
}

/** The task that looks after a stream; null where none does. */
export function taskOf(kind: string): string | null {
  return kind === 'proposal' || kind === 'incident' ? `advance-${kind}` : null
}

/** The reconciler names streams (`proposal/<id>`), everyone else the id. */
function bare(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}
