import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Severity } from '../signal/signal.ts'
import { correlated, evolveIncident, type IncidentEvent, newIncident, type Route } from './incident.ts'
import { MASS_FAILURE, route } from './route.ts'

const accepted = (
  fingerprint: string,
  target: string | null,
  severity: Severity = 'minor',
): IncidentEvent => ({
  type: 'signal-accepted',
  receipt: 'r',
  fingerprint,
  alert: 'ServiceDown',
  target,
  severity,
  startsAt: 5,
  labels: {},
})
const ended = (fingerprint: string, startsAt = 5): IncidentEvent => ({
  type: 'signal-ended',
  receipt: null,
  fingerprint,
  startsAt,
  seenBy: 'alertmanager',
})
const fold = (events: IncidentEvent[]) =>
  events.reduce((state, event) => evolveIncident(state, event, 7), newIncident)

describe('incident', () => {
  test('its severity is the worst that any signal had, until it is routed', () => {
    expect(fold([accepted('a', 'web1', 'critical'), accepted('b', 'web2', 'info')]).severity).toBe('critical')
  })

  test('a target counts once, and a signal without one by its fingerprint', () => {
    const state = fold([
      accepted('a', 'web1'),
      accepted('b', 'web1'),
      accepted('c', null),
      accepted('d', null),
    ])
    expect(correlated(state)).toBe(3)
    expect(correlated(fold([accepted('a', 'web1'), ended('a')]))).toBe(0)
  })

  test('what ended keeps the newest start, whatever comes late', () => {
    expect(fold([accepted('a', 'web1'), ended('a', 9), ended('a', 2)]).ended).toEqual({ a: 9 })
  })

  test.each(['constructor', '__proto__', 'toString'])('a fingerprint named "%s" is only a name', (name) => {
    const state = fold([accepted(name, null), ended(name)])
    expect(Object.keys(state.firing)).toEqual([])
    expect(Object.getOwnPropertyDescriptor(state.ended, name)?.value).toBe(5)
  })

  test('neither a finished proposal nor the end of one signal resolves it', () => {
    const events: IncidentEvent[] = [
      { type: 'incident-opened', service: 'shop', severity: 'minor', alert: 'x', recurrenceOf: null },
      accepted('a', 'web1'),
      accepted('b', 'web2'),
      { type: 'proposal-linked', proposal: 'p', runbook: 'r', target: null },
      { type: 'proposal-ended', proposal: 'p', outcome: 'resolved', because: 'healthy' },
      ended('a'),
    ]
    const state = fold(events)
    expect(state.status).toBe('open')
    expect(state.proposals).toMatchObject([{ id: 'p', runbook: 'r', target: null, outcome: 'resolved' }])
  })
})

describe('route', () => {
  const base = {
    severity: 'minor' as Severity,
    isKnownTarget: true,
    hasRunbook: true,
    correlated: 1,
    isTaken: false,
  }

  test.each<[severity: Severity, high: Route, low: Route, none: Route]>([
    ['info', 'repair', 'repair', 'person'],
    ['minor', 'repair', 'repair', 'person'],
    ['major', 'repair', 'both', 'person'],
    ['critical', 'repair', 'both', 'person'],
  ])('%s severity: high actionability goes to %s, low to %s, none to %s', (severity, high, low, none) => {
    expect(route({ ...base, severity })).toMatchObject({ actionability: 'high', route: high })
    expect(route({ ...base, severity, correlated: 2 })).toMatchObject({ actionability: 'low', route: low })
    expect(route({ ...base, severity, hasRunbook: false })).toMatchObject({
      actionability: 'none',
      route: none,
    })
    expect(route({ ...base, severity, isKnownTarget: false })).toMatchObject({
      actionability: 'none',
      route: none,
    })
  })

  test('mass failure: many targets together are never repaired one by one', () => {
    expect(route({ ...base, correlated: MASS_FAILURE - 1 }).route).toBe('repair')
    expect(route({ ...base, correlated: MASS_FAILURE })).toMatchObject({
      actionability: 'none',
      route: 'person',
    })
  })

  test('a repair is proposed only for a known target, with a runbook, that fails (nearly) alone and is nobody’s', () => {
    const input = fc.record({
      severity: fc.constantFrom<Severity>('info', 'minor', 'major', 'critical'),
      isKnownTarget: fc.boolean(),
      hasRunbook: fc.boolean(),
      correlated: fc.nat(10),
      isTaken: fc.boolean(),
    })
    fc.assert(
      fc.property(input, (one) => {
        const { route: to, because } = route(one)
        if (to !== 'person')
          expect(one.isKnownTarget && one.hasRunbook && one.correlated < MASS_FAILURE && !one.isTaken).toBe(
            true,
          )
        expect(because).not.toBe('')
      }),
    )
  })
})
