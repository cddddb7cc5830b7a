/**
 * An incident is a problem that people own, made of signals. It stays open until its signals ended or a person closes
 * it; neither a closed approval nor a finished repair alone ends it.
 */
import type { SignedAct } from '../act/act.ts'
import type { Instant } from '../kernel/instant.ts'
import { never } from '../kernel/never.ts'
import type { Severity } from '../signal/signal.ts'

export type Cause = 'infrastructure' | 'code' | 'permissions' | 'policy'

export type IncidentEvent =
  | {
      type: 'incident-opened'
      service: string | null
      severity: Severity
      alert: string
      recurrenceOf: string | null
    }
  | {
      type: 'signal-accepted'
      receipt: string
      fingerprint: string
      alert: string
      target: string | null
      severity: Severity
      startsAt: Instant
      /** The few labels that a runbook's trigger may match. */
      labels: Record<string, string>
    }
  | { type: 'signal-ended'; receipt: string | null; fingerprint: string; startsAt: Instant; seenBy: string }
  | {
      type: 'incident-routed'
      severity: Severity
      actionability: Actionability
      route: Route
      because: string
    }
  | { type: 'proposal-linked'; proposal: string; runbook: string; target: string | null }
  | { type: 'proposal-ended'; proposal: string; outcome: string; because: string }
  | { type: 'escalated'; role: string; because: string; asks: string }
  | { type: 'cause-asked'; options: Cause[]; because: string }
  | { type: 'cause-recorded'; cause: Cause; person: string; signed: SignedAct }
  | { type: 'incident-taken'; person: string; signed: SignedAct }
  | { type: 'incident-resolved'; because: string; proposal: string | null }

export type Actionability = 'none' | 'low' | 'high'

/** `repair`: a runbook proposes itself. `person`: someone looks. `both`: high severity pages at once, too. */
export type Route = 'repair' | 'person' | 'both'

export type LinkedProposal = {
  id: string
  runbook: string
  target: string | null
  outcome: string | null
  endedAt: Instant | null
}

export type Incident = {
  status: 'new' | 'open' | 'resolved'
  service: string | null
  severity: Severity
  openedAt: Instant
  lastSignalAt: Instant
  recurrenceOf: string | null
  alerts: string[]
  firing: Record<
    string,
    {
      target: string | null
      alert: string
      startsAt: Instant
      acceptedAt: Instant
      labels: Record<string, string>
    }
  >
  ended: Record<string, Instant>
  proposals: LinkedProposal[]
  escalations: { role: string; because: string; at: Instant }[]
  cause: Cause | 'asked' | null
  takenBy: string | null
  route: { actionability: Actionability; route: Route; because: string } | null
}

export const newIncident: Incident = {
  status: 'new',
  service: null,
  severity: 'info',
  openedAt: 0,
  lastSignalAt: 0,
  recurrenceOf: null,
  alerts: [],
  firing: {},
  ended: {},
  proposals: [],
  escalations: [],
  cause: null,
  takenBy: null,
  route: null,
}

const SEVERITY: readonly Severity[] = ['info', 'minor', 'major', 'critical']

/** Folds one recorded event. Trusts history: it decides nothing. */
export function evolveIncident(state: Incident, event: IncidentEvent, at: Instant): Incident {
  switch (event.type) {
    case 'incident-opened':
      return { ...state, status: 'open', openedAt: at, lastSignalAt: at, ...pick(event) }
    case 'signal-accepted':
      return acceptSignal(state, event, at)
    case 'signal-ended': {
      const { [event.fingerprint]: gone, ...firing } = state.firing
      const before = Object.hasOwn(state.ended, event.fingerprint) ? state.ended[event.fingerprint] : 0
      const until = Math.max(gone?.startsAt ?? 0, event.startsAt, before ?? 0)
      return { ...state, firing, ended: { ...state.ended, [event.fingerprint]: until } }
    }
    case 'incident-routed':
      return {
        ...state,
        severity: event.severity,
        route: { actionability: event.actionability, route: event.route, because: event.because },
      }
    case 'proposal-linked':
      return {
        ...state,
        proposals: [
          ...state.proposals,
          { id: event.proposal, runbook: event.runbook, target: event.target, outcome: null, endedAt: null },
        ],
      }
    case 'proposal-ended':
      return {
        ...state,
        proposals: state.proposals.map((one) =>
          one.id === event.proposal ? { ...one, outcome: event.outcome, endedAt: at } : one,
        ),
      }
    case 'escalated':
      return {
        ...state,
        escalations: [...state.escalations, { role: event.role, because: event.because, at }],
      }
    case 'cause-asked':
      return { ...state, cause: 'asked' }
    case 'cause-recorded':
      return { ...state, cause: event.cause }
    case 'incident-taken':
      return { ...state, takenBy: event.person }
    case 'incident-resolved':
      return { ...state, status: 'resolved' }
    default:
      return never(event)
  }
}

/** Distinct targets that fail together; signals without a known target count by fingerprint. */
export function correlated(incident: Incident): number {
  return new Set(Object.entries(incident.firing).map(([id, { target }]) => target ?? id)).size
}

function pick({ service, severity, recurrenceOf }: Extract<IncidentEvent, { type: 'incident-opened' }>) {
  return { service, severity, recurrenceOf }
}

function acceptSignal(
  state: Incident,
  event: Extract<IncidentEvent, { type: 'signal-accepted' }>,
  at: Instant,
): Incident {
  const { target, alert, startsAt, labels } = event
  return {
    ...state,
    lastSignalAt: at,
    severity: worse(state.severity, event.severity),
    alerts: state.alerts.includes(alert) ? state.alerts : [...state.alerts, alert],
    firing: { ...state.firing, [event.fingerprint]: { target, alert, startsAt, acceptedAt: at, labels } },
  }
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITY.indexOf(a) >= SEVERITY.indexOf(b) ? a : b
}
