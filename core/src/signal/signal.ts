/**
 * A signal is one thing that a monitor said. It opens or joins an incident and gets a receipt; it is never evidence,
 * and its text is data: nothing in labels or annotations instructs anyone.
 */
import type { Catalogue, Service, Target } from '../catalogue/catalogue.ts'
import type { Instant } from '../kernel/instant.ts'

export type Severity = 'info' | 'minor' | 'major' | 'critical'

/** One alert as received. `fingerprint` identifies the alert, `startsAt` this very occurrence of it. */
export type Signal = {
  source: string
  fingerprint: string
  alert: string
  status: 'firing' | 'resolved'
  startsAt: Instant
  endsAt: Instant | null
  severity: Severity
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
}

/** What a signal is about, resolved from the operator's catalogue; null where the catalogue knows no such thing. */
export type Subject = { service: Service; target: Target } | null

/** Finds the one target whose `match` labels all agree. Two that fit are no answer: the subject stays unknown. */
export function subjectOf(signal: Signal, catalogue: Catalogue): Subject {
  const found = catalogue.services.flatMap((service) =>
    service.targets
      .filter((target) => matches(target.match, signal.labels))
      .map((target) => ({ service, target })),
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

function matches(wanted: Record<string, string>, labels: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(wanted)
  return names.length > 0 && names.every((name) => labels[name] === wanted[name])
}
