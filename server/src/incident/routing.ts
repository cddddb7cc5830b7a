/** Where an incident goes: which runbook fits its signals, and whether a person is needed at once. */
import { correlated, type Incident } from '@countersign/core/incident/incident'
import { type Routing, route } from '@countersign/core/incident/route'
import type { JsonObject } from '@countersign/core/kernel/json'
import { fitting } from '@countersign/core/runbook/trigger'
import type { Context } from '../context.ts'

export type Repair = { runbook: string; target: string | null; parameters: JsonObject }

export function routeIncident(context: Context, state: Incident): Routing {
  const firing = Object.values(state.firing)
  return route({
    severity: state.severity,
    isKnownTarget: firing.length > 0 && firing.every(({ target }) => target !== null),
    hasRunbook: repairsOf(context, state).length > 0,
    correlated: correlated(state),
    isTaken: state.takenBy !== null,
  })
}

/** One repair per target: the first published runbook that one of its signals triggers. */
export function repairsOf(context: Context, state: Incident): Repair[] {
  const repairs = new Map<string, Repair>()
  for (const { alert, labels, target } of Object.values(state.firing)) {
    if (target === null || repairs.has(target)) continue
    for (const { runbook } of context.published.runbooks()) {
      const parameters = fitting(runbook, { alert, labels, target })
      if (parameters !== null) {
        repairs.set(target, { runbook: runbook.id, target, parameters })
        break
      }
    }
  }
  return [...repairs.values()]
}
