/**
 * A hold stops new acts: everything, an area, a service or a runbook. It has an owner and an end; when the end comes
 * it pages and goes on holding, because nothing resumes by itself.
 */
import type { Instant } from '../kernel/instant.ts'

export type HoldScope = { kind: 'everything' } | { kind: 'area' | 'service' | 'runbook'; id: string }

export type Hold = {
  id: string
  scope: HoldScope
  reason: string
  person: string
  until: Instant
  paged: boolean
}

/** What a hold may cover. */
export type Held = { area: string; services: readonly string[]; runbook: string }

/** The holds that cover an act. One is enough to stop it. */
export function covering(holds: readonly Hold[], act: Held): Hold[] {
  return holds.filter(({ scope }) => {
    switch (scope.kind) {
      case 'everything':
        return true
      case 'area':
        return scope.id === act.area
      case 'service':
        return act.services.includes(scope.id)
      case 'runbook':
        return scope.id === act.runbook
      default:
        return true
    }
  })
}
