/**
 * Says what becomes of an accepted signal. Every one has an answer: it opens an incident, joins one, repeats what is
 * known, resolves, or is set aside with a reason.
 */
import type { Instant } from '../kernel/instant.ts'
import { minutes } from '../kernel/instant.ts'
import type { Signal, Subject } from './signal.ts'

/** An incident as correlation sees it: open, or ended but knowing one of the fingerprints. `firing` holds the fingerprints with the start of their occurrence. */
export type OpenIncident = {
  id: string
  isOpen: boolean
  service: string | null
  alerts: readonly string[]
  lastSignalAt: Instant
  firing: Readonly<Record<string, Instant>>
  ended: Readonly<Record<string, Instant>>
}

export type Placement =
  | { type: 'opens' }
  | { type: 'joins'; incident: string }
  | { type: 'repeats'; incident: string }
  | { type: 'resolves'; incident: string }
  | { type: 'set-aside'; incident: string | null; because: string }

/** Signals of the same alert on different targets this close together are one cause. */
const TOGETHER = minutes(2)

export function place(
  signal: Signal,
  subject: Subject,
  open: readonly OpenIncident[],
  now: Instant,
): Placement {
  const known = knownTo(signal, open)
  if (known !== undefined) return placeKnown(signal, known)

  const past = open.find(({ ended }) => hasEnded(ended, signal))
  if (past !== undefined) {
    return {
      type: 'set-aside',
      incident: past.id,
      because: 'it speaks of an occurrence that has already ended',
    }
  }
  if (signal.status === 'resolved') {
    return { type: 'set-aside', incident: null, because: 'it ends an alert that is not open here' }
  }
  const home = open.find(
    (incident) =>
      incident.isOpen &&
      ((subject !== null && incident.service === subject.service.id) ||
        (incident.alerts.includes(signal.alert) && now - incident.lastSignalAt <= TOGETHER)),
  )
  return home === undefined ? { type: 'opens' } : { type: 'joins', incident: home.id }
}

/**
 * The incident in which it fires. One that a person closed while it fired knows only the occurrences up to then: a
 * newer one is a new problem, and must not vanish into what is closed.
 */
function knownTo(
  { fingerprint, startsAt }: Signal,
  incidents: readonly OpenIncident[],
): OpenIncident | undefined {
  const firing = incidents.filter((one) => Object.hasOwn(one.firing, fingerprint))
  return (
    firing.find(({ isOpen }) => isOpen) ?? firing.find((one) => startsAt <= (one.firing[fingerprint] ?? 0))
  )
}

/** Fingerprints come from outside: one named like a built-in property of objects must not count as known. */
function hasEnded(ended: OpenIncident['ended'], { fingerprint, startsAt }: Signal): boolean {
  return Object.hasOwn(ended, fingerprint) && startsAt <= (ended[fingerprint] ?? 0)
}

/**
 * Out-of-order deliveries: an older occurrence neither reopens nor ends the newer one. A newer one joins, so that its
 * start is recorded, and a late end of the older one no longer ends it.
 */
function placeKnown(signal: Signal, incident: OpenIncident): Placement {
  const since = incident.firing[signal.fingerprint] ?? 0
  if (signal.startsAt < since) {
    return { type: 'set-aside', incident: incident.id, because: 'it speaks of an older occurrence' }
  }
  if (signal.status === 'resolved') return { type: 'resolves', incident: incident.id }
  if (signal.startsAt > since) return { type: 'joins', incident: incident.id }
  return { type: 'repeats', incident: incident.id }
}
