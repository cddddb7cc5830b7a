import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Service, Target } from '../catalogue/catalogue.ts'
import { evolveIncident, type IncidentEvent, newIncident } from '../incident/incident.ts'
import { minutes } from '../kernel/instant.ts'
import { type OpenIncident, place } from './place.ts'
import { type Signal, type Subject, subjectOf } from './signal.ts'

const target = (id: string, match: Record<string, string> = { host: id }): Target => ({
  id,
  address: '192.0.2.1',
  region: 'r1',
  match,
})
const service = (id: string, targets: Target[] = []): Service => ({
  id,
  says: id,
  owner: 'team',
  environment: 'production',
  criticality: 'normal',
  customers: 'some',
  data: { regulated: 'no', customer: 'no' },
  dependencies: [],
  floor: 1,
  peak: [],
  targets,
})
const signal = (changes: Partial<Signal> = {}): Signal => ({
  source: 'alertmanager',
  fingerprint: 'f1',
  alert: 'ServiceDown',
  status: 'firing',
  startsAt: 1000,
  endsAt: null,
  severity: 'major',
  labels: {},
  annotations: {},
  ...changes,
})
const incident = (changes: Partial<OpenIncident> = {}): OpenIncident => ({
  id: 'i1',
  isOpen: true,
  service: 'shop',
  alerts: ['ServiceDown'],
  lastSignalAt: 1000,
  firing: {},
  ended: {},
  ...changes,
})
const about = (id: string): Subject => ({ service: service(id), target: target('web1') })

const LATER = 1000 + minutes(60)

describe('place', () => {
  test.each<{
    name: string
    signal?: Partial<Signal>
    subject?: Subject
    open?: OpenIncident[]
    now?: number
    is: object
  }>([
    { name: 'opens where nothing is open', is: { type: 'opens' } },
    {
      name: 'joins the incident of the same service',
      subject: about('shop'),
      open: [incident()],
      now: LATER,
      is: { type: 'joins', incident: 'i1' },
    },
    {
      name: 'joins the same alert on another target within two minutes',
      subject: about('mail'),
      open: [incident()],
      now: 1000 + minutes(2),
      is: { type: 'joins', incident: 'i1' },
    },
    {
      name: 'opens for the same alert of another service after two minutes',
      subject: about('mail'),
      open: [incident()],
      now: 1001 + minutes(2),
      is: { type: 'opens' },
    },
    {
      name: 'an unknown subject joins no incident of an unknown service',
      signal: { alert: 'Other' },
      subject: null,
      open: [incident({ service: null })],
      is: { type: 'opens' },
    },
    {
      name: 'a replay of what is firing repeats it',
      open: [incident({ firing: { f1: 1000 } })],
      is: { type: 'repeats', incident: 'i1' },
    },
    {
      name: 'a resolved one ends what is firing',
      signal: { status: 'resolved' },
      open: [incident({ firing: { f1: 1000 } })],
      is: { type: 'resolves', incident: 'i1' },
    },
    {
      name: 'a resolved one of a newer occurrence, whose firing was lost, ends it too',
      signal: { status: 'resolved', startsAt: 2000 },
      open: [incident({ firing: { f1: 1000 } })],
      is: { type: 'resolves', incident: 'i1' },
    },
    {
      name: 'a late end of an older occurrence does not end the newer one',
      signal: { status: 'resolved', startsAt: 999 },
      open: [incident({ firing: { f1: 1000 } })],
      is: { type: 'set-aside', incident: 'i1', because: 'it speaks of an older occurrence' },
    },
    {
      name: 'a newer occurrence of what is firing joins, so that its start is recorded',
      signal: { startsAt: 2000 },
      open: [incident({ firing: { f1: 1000 } })],
      is: { type: 'joins', incident: 'i1' },
    },
    {
      name: 'resolved before firing: there is nothing to end',
      signal: { status: 'resolved' },
      is: { type: 'set-aside', incident: null, because: 'it ends an alert that is not open here' },
    },
    {
      name: 'a replay of an occurrence that ended does not reopen it',
      open: [incident({ ended: { f1: 1000 } })],
      is: { type: 'set-aside', incident: 'i1', because: 'it speaks of an occurrence that has already ended' },
    },
    {
      name: 'an occurrence that ended in the second of two incidents stays ended',
      signal: { startsAt: 1500 },
      open: [incident({ ended: { f1: 1000 } }), incident({ id: 'i2', ended: { f1: 2000 } })],
      is: { type: 'set-aside', incident: 'i2', because: 'it speaks of an occurrence that has already ended' },
    },
    {
      name: 'a new occurrence after the old one ended joins again',
      signal: { startsAt: 1001 },
      subject: about('shop'),
      open: [incident({ ended: { f1: 1000 } })],
      is: { type: 'joins', incident: 'i1' },
    },
    {
      name: 'nothing joins a closed incident',
      subject: about('shop'),
      open: [incident({ isOpen: false })],
      is: { type: 'opens' },
    },
    {
      name: 'what fired when a person closed the incident is only repeated',
      open: [incident({ isOpen: false, firing: { f1: 1000 } })],
      is: { type: 'repeats', incident: 'i1' },
    },
    {
      name: 'a newer occurrence does not vanish into an incident that a person closed',
      signal: { startsAt: 2000 },
      open: [incident({ isOpen: false, firing: { f1: 1000 } })],
      is: { type: 'opens' },
    },
    {
      name: 'what fires in an open incident counts before a closed one',
      signal: { startsAt: 2000 },
      open: [incident({ isOpen: false, firing: { f1: 1000 } }), incident({ id: 'i2', firing: { f1: 2000 } })],
      is: { type: 'repeats', incident: 'i2' },
    },
    ...['constructor', 'toString', '__proto__', 'hasOwnProperty'].map((fingerprint) => ({
      name: `a fingerprint named "${fingerprint}" is not known beforehand`,
      signal: { fingerprint, alert: 'Other' },
      open: [incident()],
      is: { type: 'opens' },
    })),
  ])('$name', ({ signal: changes = {}, subject = null, open = [], now = 1000, is }) => {
    expect(place(signal(changes), subject, open, now)).toEqual(is)
  })

  test('a mass failure is one incident: the same alert on fifty targets of fifty services', () => {
    let open: OpenIncident[] = []
    for (let n = 0; n < 50; n++) {
      const now = 1000 + n * 1000
      const placed = place(signal({ fingerprint: `f${n}` }), about(`service-${n}`), open, now)
      expect(placed.type).toBe(n === 0 ? 'opens' : 'joins')
      if (placed.type === 'opens') open = [incident({ service: 'service-0' })]
      open = [{ ...open[0]!, lastSignalAt: now, firing: { ...open[0]!.firing, [`f${n}`]: 1000 } }]
    }
  })
})

describe('laws of place and incident together', () => {
  /** Deliveries of one alert that fires and ends a few times, each up to three times, in any order. */
  const deliveries = fc
    .array(fc.record({ start: fc.integer({ min: 1, max: 4 }), ends: fc.boolean() }), { maxLength: 24 })
    .map((all) =>
      all.map(({ start, ends }) => signal({ startsAt: start, status: ends ? 'resolved' : 'firing' })),
    )

  function deliver(signals: readonly Signal[]) {
    let state = evolveIncident(newIncident, opened, 0)
    const answers: string[] = []
    for (const one of signals) {
      const firing = Object.fromEntries(
        Object.entries(state.firing).map(([id, { startsAt }]) => [id, startsAt]),
      )
      const view = incident({ firing, ended: state.ended })
      const placed = place(one, about('shop'), [view], 1000)
      answers.push(placed.type)
      const { fingerprint, startsAt } = one
      if (placed.type === 'joins') state = evolveIncident(state, accepted(fingerprint, startsAt), 1000)
      if (placed.type === 'resolves')
        state = evolveIncident(
          state,
          { type: 'signal-ended', receipt: null, fingerprint, startsAt, seenBy: 'x' },
          1000,
        )
    }
    return { state, answers }
  }
  const opened: IncidentEvent = {
    type: 'incident-opened',
    service: 'shop',
    severity: 'major',
    alert: 'ServiceDown',
    recurrenceOf: null,
  }
  const accepted = (fingerprint: string, startsAt: number): IncidentEvent => ({
    type: 'signal-accepted',
    receipt: 'r',
    fingerprint,
    alert: 'ServiceDown',
    target: 'web1',
    severity: 'major',
    startsAt,
    labels: {},
  })

  test('what ended never fires again from a replay, and an older end never ends a newer occurrence', () => {
    fc.assert(
      fc.property(deliveries, (signals) => {
        const { state } = deliver(signals)
        const since = state.firing['f1']?.startsAt
        const ended = state.ended['f1']
        if (since !== undefined && ended !== undefined) expect(since).toBeGreaterThan(ended)
        const newest = Math.max(0, ...signals.map(({ startsAt }) => startsAt))
        const ends = signals.some(({ status, startsAt }) => status === 'resolved' && startsAt === newest)
        const fires = signals.some(({ status, startsAt }) => status === 'firing' && startsAt === newest)
        if (fires && !ends) expect(since).toBe(newest)
      }),
    )
  })

  test('each delivery has an answer, and a second delivery of all of them changes nothing that fires', () => {
    fc.assert(
      fc.property(deliveries, (signals) => {
        const once = deliver(signals)
        expect(once.answers).toHaveLength(signals.length)
        const fired = once.state.firing['f1']
        const replayed = deliver([...signals, ...signals.filter(({ status }) => status === 'firing')])
        if (fired !== undefined) expect(replayed.state.firing['f1']).toEqual(fired)
      }),
    )
  })
})

describe('subjectOf', () => {
  const catalogue = {
    services: [
      service('shop', [target('web1'), target('web2')]),
      service('mail', [target('mx1', { host: 'mx1', job: 'smtp' })]),
    ],
    freezes: [],
  }
  test.each([
    { name: 'the one target whose labels agree', labels: { host: 'web2', x: 'y' }, is: 'web2' },
    { name: 'nothing where a label is missing', labels: { host: 'mx1' }, is: undefined },
    { name: 'the target with all its labels', labels: { host: 'mx1', job: 'smtp' }, is: 'mx1' },
    { name: 'nothing without labels', labels: {}, is: undefined },
  ])('$name', ({ labels, is }) => {
    expect(subjectOf(signal({ labels: labels as Record<string, string> }), catalogue)?.target.id).toBe(is)
  })

  test('two that fit are no answer, and a target without labels never fits', () => {
    const twice = {
      services: [service('a', [target('one')]), service('b', [target('two', { host: 'one' })])],
      freezes: [],
    }
    expect(subjectOf(signal({ labels: { host: 'one' } }), twice)).toBeNull()
    const all = { services: [service('a', [target('one', {})])], freezes: [] }
    expect(subjectOf(signal({ labels: { host: 'one' } }), all)).toBeNull()
  })
})
