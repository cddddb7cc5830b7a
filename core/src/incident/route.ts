/**
 * Severity (business impact) by actionability (how clear it is what to do) says where an incident goes. High and low:
 * a person at once. What nobody wrote a runbook for, or what fails in many places together, is never repaired alone.
 */
import type { Severity } from '../signal/signal.ts'
import type { Actionability, Route } from './incident.ts'

export type Routing = { actionability: Actionability; route: Route; because: string }

/** Targets failing together from which on one cause is assumed, and per-target repair stops. */
export const MASS_FAILURE = 3

export function route(input: {
  severity: Severity
  isKnownTarget: boolean
  hasRunbook: boolean
  correlated: number
  isTaken: boolean
}): Routing {
  const actionability = actionabilityOf(input)
  const grave = input.severity === 'major' || input.severity === 'critical'
  if (input.isTaken) return { actionability, route: 'person', because: 'a person has taken it over' }
  if (input.correlated >= MASS_FAILURE) {
    return {
      actionability: 'none',
      route: 'person',
      because: `${input.correlated} targets fail together: one cause is assumed, and no target is repaired by itself`,
    }
  }
  if (actionability === 'none') {
    return { actionability, route: 'person', because: why(input) }
  }
  if (actionability === 'low' && grave) {
    return { actionability, route: 'both', because: `${input.severity} impact and no clear repair` }
  }
  return { actionability, route: 'repair', because: 'a published runbook fits the signal and its target' }
}

function actionabilityOf(input: {
  isKnownTarget: boolean
  hasRunbook: boolean
  correlated: number
}): Actionability {
  if (!input.isKnownTarget || !input.hasRunbook) return 'none'
  return input.correlated === 1 ? 'high' : 'low'
}

function why(input: { isKnownTarget: boolean; hasRunbook: boolean }): string {
  if (!input.isKnownTarget) return 'the catalogue knows no single target for the signal'
  return 'no published runbook fits the signal'
}
