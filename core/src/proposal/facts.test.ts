import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planOf } from '../audit/testing/parts.ts'
import { START } from '../audit/testing/site.ts'
import type { Catalogue, Service } from '../catalogue/catalogue.ts'
import { checkFacts } from '../facts/check.ts'
import type { Plan } from '../plan/plan.ts'
import { computeFacts, type FactsInput } from './facts.ts'

const HOUR = 3_600_000
const MIDNIGHT = START - 19 * HOUR

const service = (id: string, changes: Partial<Service> = {}): Service => ({
  id,
  says: id,
  owner: 'team',
  environment: 'staging',
  criticality: 'low',
  customers: 'none',
  data: { regulated: 'no', customer: 'no' },
  dependencies: [],
  floor: 1,
  peak: [],
  targets: [{ id: `${id}-1`, address: '192.0.2.1', region: 'r1', match: {} }],
  ...changes,
})
const target = (name: string, id = `${name}-1`) => ({ id, service: name, address: '192.0.2.1' })
const catalogue = (...services: Service[]): Catalogue => ({ services, freezes: [] })

const input = (plan: Partial<Plan> = {}, changes: Partial<FactsInput> = {}): FactsInput => ({
  plan: planOf('dns', 'p-1', START, { targets: [target('shop')], ...plan }),
  proposer: { kind: 'agent', id: 'agent-1' },
  catalogue: catalogue(service('shop'), service('mail')),
  assessment: null,
  incident: null,
  history: {
    attemptsRecent: 0,
    breakerOpen: false,
    fleetActsInHour: 0,
    fleetTargetsInHour: 0,
    changeRecent: false,
    holdActive: false,
    runbookKnown: true,
  },
  now: START,
  ...changes,
})

/** As policy sees them: what was left out takes its pole and is listed. */
function seen(from: FactsInput) {
  const checked = checkFacts(computeFacts(from))
  if ('refused' in checked) throw new Error(checked.refused.join())
  return checked.facts
}

describe('what is not known stays out', () => {
  test('without any reading the evidence is unknown', () => {
    const { values, unknown } = seen(input())
    expect(unknown).toEqual(
      expect.arrayContaining(['evidence.confidence', 'evidence.groups', 'evidence.against']),
    )
    expect(values['evidence.confidence']).toBe(0)
  })

  test.each<[name: string, targets: Plan['targets']]>([
    ['a target that the catalogue does not place', [target('shop', 'shop-9')]],
    ['a service that the catalogue does not know', [target('other')]],
    ['a target of another service', [target('shop', 'mail-1')]],
    ['one placed target beside one that is not', [target('shop'), target('shop', 'shop-9')]],
    ['no target at all', []],
  ])('%s is not confirmed, and what depends on it is unknown', (_, targets) => {
    const { values, unknown } = seen(input({ targets }))
    expect(values['target.confirmed']).toBe('no')
    for (const name of [
      'target.environment',
      'target.criticality',
      'scope.customers',
      'data.customer',
      'time.freeze',
    ])
      expect(unknown).toContain(name)
    expect(values).toMatchObject({
      'target.environment': 'unknown',
      'scope.customers': 'all',
      'time.freeze': true,
    })
  })

  test('how many still serve is unknown where the plan does not say: none, for policy', () => {
    const { scope } = planOf('dns', 'p', START)
    const { values, unknown } = seen(
      input({ scope: { ...scope, remainingAfter: null, remainingDuring: null } }),
    )
    expect(unknown).toEqual(expect.arrayContaining(['scope.remainingAfter', 'scope.remainingDuring']))
    expect(values['scope.remainingAfter']).toBe(0)
  })

  test('nothing that it computes is refused at the boundary', () => {
    expect(seen(input()).values['action.kind']).toBe('dns.change')
  })
})

describe('a plan over two services takes the riskiest', () => {
  const risky = service('mail', {
    environment: 'production',
    criticality: 'high',
    customers: 'all',
    data: { regulated: 'unknown', customer: 'yes' },
  })

  test.each([
    ['in one order', [target('shop'), target('mail')]],
    ['in the other', [target('mail'), target('shop')]],
  ])('%s', (_, targets) => {
    expect(computeFacts(input({ targets }, { catalogue: catalogue(service('shop'), risky) }))).toMatchObject({
      'target.confirmed': 'yes',
      'target.environment': 'production',
      'target.criticality': 'high',
      'scope.customers': 'all',
      'data.regulated': 'unknown',
      'data.customer': 'yes',
    })
  })

  test('and never a milder value for a further service', () => {
    const order = {
      'target.environment': ['development', 'staging', 'production', 'unknown'],
      'target.criticality': ['low', 'normal', 'high', 'unknown'],
      'scope.customers': ['none', 'one', 'some', 'all'],
      'data.regulated': ['no', 'yes', 'unknown'],
      'data.customer': ['no', 'yes', 'unknown'],
    } as const
    const any = fc
      .record({
        environment: fc.constantFrom(...order['target.environment']),
        criticality: fc.constantFrom(...order['target.criticality']),
        customers: fc.constantFrom(...order['scope.customers']),
        data: fc.record({
          regulated: fc.constantFrom(...order['data.regulated']),
          customer: fc.constantFrom(...order['data.customer']),
        }),
      })
      .map((changes) => changes as Partial<Service>)
    fc.assert(
      fc.property(any, any, (one, other) => {
        const all = catalogue(service('shop', one), service('mail', other))
        const narrow = computeFacts(input({}, { catalogue: all }))
        const wide = computeFacts(input({ targets: [target('shop'), target('mail')] }, { catalogue: all }))
        for (const [name, values] of Object.entries(order) as [keyof typeof order, readonly string[]][])
          expect(values.indexOf(String(wide[name]))).toBeGreaterThanOrEqual(
            values.indexOf(String(narrow[name])),
          )
      }),
    )
  })
})

describe('rows', () => {
  test.each<[name: string, conditions: ('yes' | 'no' | 'unknown')[], verified: string]>([
    ['all hold', ['yes', 'yes'], 'yes'],
    ['one was not observed', ['yes', 'unknown'], 'unknown'],
    ['one does not hold', ['unknown', 'no', 'yes'], 'no'],
  ])('preconditions: %s', (_, conditions, verified) => {
    const preconditions = conditions.map((holds, n) => ({ id: `c${n}`, says: 's', holds }))
    expect(computeFacts(input({ preconditions }))['preconditions.verified']).toBe(verified)
  })

  test('an undo is available only when every step has one, and there is a step', () => {
    const [step] = planOf('dns', 'p', START).steps
    expect(computeFacts(input())['undo.available']).toBe(true)
    expect(computeFacts(input({ steps: [] }))['undo.available']).toBe(false)
    expect(computeFacts(input({ steps: [step!, { ...step!, undo: null }] }))['undo.available']).toBe(false)
  })

  test.each<[from: number, to: number, hour: number, isPeak: boolean]>([
    [8, 18, 8, true],
    [8, 18, 17, true],
    [8, 18, 18, false],
    [22, 2, 23, true],
    [22, 2, 1, true],
    [22, 2, 2, false],
    [0, 24, 23, true],
  ])('peak from %d to %d: at %d o’clock it is %s', (from, to, hour, isPeak) => {
    const shop = service('shop', { peak: [{ from, to }] })
    const now = MIDNIGHT + hour * HOUR
    expect(computeFacts(input({}, { catalogue: catalogue(shop), now }))['time.peak']).toBe(isPeak)
  })

  test.each<[name: string, services: string[], at: number, isFrozen: boolean]>([
    ['of everything', [], START, true],
    ['of the service', ['shop'], START, true],
    ['of another service', ['mail'], START, false],
    ['that has just ended', [], START + HOUR, false],
    ['that has not begun', [], START - 1, false],
  ])('a freeze %s', (_, services, now, isFrozen) => {
    const freezes = [{ id: 'f', says: 's', from: START, to: START + HOUR, services }]
    const all = { ...catalogue(service('shop')), freezes }
    expect(computeFacts(input({}, { catalogue: all, now }))['time.freeze']).toBe(isFrozen)
  })

  test('what others depend on is shared; a service that depends on itself alone is not', () => {
    const shared = (...services: Service[]) =>
      computeFacts(input({}, { catalogue: catalogue(...services) }))['dependency.shared']
    expect(shared(service('shop'), service('mail', { dependencies: ['shop'] }))).toBe(true)
    expect(shared(service('shop', { dependencies: ['shop', 'mail'] }), service('mail'))).toBe(false)
  })

  test('a hard limit counts as a capacity that is exceeded', () => {
    const limits = [{ id: 'l', says: 's', limit: '1', actual: '2' }]
    expect(computeFacts(input({ limits }))['capacity.exceeded']).toBe(true)
  })

  test('the proposer of the plan does not matter: the record says who proposed', () => {
    const facts = computeFacts(input({ proposer: { kind: 'person', id: 'sre-1' } }))
    expect(facts['proposer.kind']).toBe('agent')
  })
})
