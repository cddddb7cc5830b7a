import { valueAtLeastAsRisky } from '@countersign/core/facts/order'
import { decide } from '@countersign/core/policy/decide'
import { compareOutcomes } from '@countersign/core/policy/outcome'
import type { Outcome } from '@countersign/core/policy/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFacts, anyValue, FACT_NAMES, factsOf, factType } from '../testing/any-facts.ts'
import { DIGEST, shippedPolicy } from '../testing/shipped.ts'

const policy = shippedPolicy()
const ask = (partial: Record<string, unknown>) => decide(policy, factsOf(partial), DIGEST)

/** One failed member of a production service; two independent sources say so. */
const RESTART = {
  'action.kind': 'service.restart',
  'action.area': 'service',
  'action.reversibility': 'easy',
  'action.privileged': false,
  'proposer.kind': 'detector',
  'runbook.known': true,
  'target.environment': 'production',
  'target.confirmed': 'yes',
  'target.criticality': 'high',
  'scope.targets': 1,
  'scope.services': 1,
  'scope.regions': 1,
  'scope.customers': 'all',
  'scope.share': 0.5,
  'scope.remainingDuring': 1,
  'scope.remainingAfter': 2,
  'data.regulated': 'no',
  'data.customer': 'yes',
  'dependency.shared': true,
  'incident.severity': 'critical',
  'incident.actionability': 'high',
  'incident.correlated': 1,
  'evidence.confidence': 0.96,
  'evidence.groups': 2,
  'evidence.against': 0,
  'evidence.unknown': 0,
  'change.recent': false,
  'change.staged': false,
  'time.peak': true,
  'time.freeze': false,
  'attempts.recent': 0,
  'breaker.open': false,
  'preconditions.verified': 'yes',
  'undo.available': true,
  'fleet.actsInHour': 1,
  'fleet.targetsInHour': 1,
  'ticket.open': true,
  'capacity.exceeded': false,
  'budget.exceeded': false,
  'licence.valid': false,
  'hold.active': false,
}
const over = (changes: Record<string, unknown>) => ({ ...RESTART, ...changes })
const CUTOVER = over({
  'action.kind': 'dns.change',
  'action.area': 'dns',
  'proposer.kind': 'agent',
  'evidence.confidence': undefined,
  'evidence.groups': undefined,
  'evidence.against': undefined,
  'evidence.unknown': undefined,
  'incident.severity': 'info',
  'incident.actionability': 'none',
  'incident.correlated': 0,
})
const SCALE = over({ 'action.kind': 'scale.out', 'action.area': 'scaling', 'dependency.shared': false })
const ROLLBACK = over({
  'action.kind': 'deploy.rollback',
  'action.area': 'deployment',
  'dependency.shared': false,
})
const CONTAIN = over({
  'action.kind': 'security.quarantine',
  'action.area': 'containment',
  'target.criticality': 'normal',
  'dependency.shared': false,
  'evidence.confidence': 0.98,
  'evidence.groups': 3,
  'time.peak': false,
})

describe('the policy that ships', () => {
  test.each<{ name: string; facts: Record<string, unknown>; outcome: Outcome; by: string }>([
    { name: 'restarts a failed service alone', facts: RESTART, outcome: 'auto', by: 'restart-alone' },
    {
      name: 'asks before the third restart',
      facts: over({ 'attempts.recent': 2 }),
      outcome: 'confirm',
      by: 'tried-before',
    },
    {
      name: 'stops machines when the breaker is open',
      facts: over({ 'breaker.open': true }),
      outcome: 'refuse',
      by: 'breaker-open',
    },
    {
      name: 'asks two people who go on with an open breaker',
      facts: over({ 'breaker.open': true, 'proposer.kind': 'person' }),
      outcome: 'authorize',
      by: 'breaker-open-for-people',
    },
    {
      name: 'asks where one source only agrees',
      facts: over({ 'evidence.groups': 1, 'evidence.confidence': 0.83 }),
      outcome: 'confirm',
      by: 'control:evidence',
    },
    {
      name: 'asks where it is not sure',
      facts: over({ 'evidence.confidence': 0.7 }),
      outcome: 'confirm',
      by: 'control:confidence',
    },
    {
      name: 'watches where no source could be read',
      facts: over({ 'evidence.confidence': 0, 'evidence.groups': 0, 'evidence.unknown': 2 }),
      outcome: 'observe',
      by: 'nothing-read',
    },
    {
      name: 'watches where the sources contradict',
      facts: over({ 'evidence.confidence': 0.3, 'evidence.groups': 1, 'evidence.against': 1 }),
      outcome: 'observe',
      by: 'watch-first',
    },
    {
      name: 'hands over when many fail together',
      facts: over({ 'incident.correlated': 24 }),
      outcome: 'refuse',
      by: 'many-fail-together',
    },
    {
      name: 'stops where the environment is not known',
      facts: over({ 'target.environment': undefined }),
      outcome: 'refuse',
      by: 'environment-not-known',
    },
    {
      name: 'asks an agent for a person',
      facts: over({ 'proposer.kind': 'agent' }),
      outcome: 'confirm',
      by: 'agents-propose',
    },
    {
      name: 'lets a licensed agent act',
      facts: over({ 'proposer.kind': 'agent', 'licence.valid': true }),
      outcome: 'auto',
      by: 'restart-alone',
    },
    {
      name: 'asks two people without undo',
      facts: over({ 'undo.available': undefined }),
      outcome: 'authorize',
      by: 'no-way-back',
    },
    {
      name: 'asks for rights beyond the ordinary',
      facts: over({ 'action.privileged': true }),
      outcome: 'confirm',
      by: 'privileged',
    },
    {
      name: 'asks two people for what no runbook describes',
      facts: over({ 'runbook.known': undefined }),
      outcome: 'authorize',
      by: 'nobody-described-it',
    },
    {
      name: 'asks for two targets',
      facts: over({ 'scope.targets': 2 }),
      outcome: 'confirm',
      by: 'more-than-one',
    },
    {
      name: 'asks in a freeze',
      facts: over({ 'time.freeze': true }),
      outcome: 'confirm',
      by: 'freeze-repair',
    },
    {
      name: 'asks when the fleet is busy',
      facts: over({ 'fleet.actsInHour': 20 }),
      outcome: 'confirm',
      by: 'fleet-rate',
    },
    {
      name: 'stops when the fleet limit is reached',
      facts: over({ 'fleet.targetsInHour': 100 }),
      outcome: 'refuse',
      by: 'fleet-limit',
    },
    {
      name: 'asks when it is grave and unclear',
      facts: over({ 'incident.actionability': 'low' }),
      outcome: 'confirm',
      by: 'grave-and-unclear',
    },
    {
      name: 'asks two people for a production cutover',
      facts: CUTOVER,
      outcome: 'authorize',
      by: 'dns-cutover',
    },
    {
      name: 'asks one person for a name of one customer',
      facts: { ...CUTOVER, 'scope.customers': 'one' },
      outcome: 'confirm',
      by: 'dns-preview',
    },
    {
      name: 'refuses to leave nothing',
      facts: { ...CUTOVER, 'scope.remainingAfter': 0 },
      outcome: 'refuse',
      by: 'core:nothing-left',
    },
    { name: 'scales inside the limits', facts: SCALE, outcome: 'auto', by: 'scale-inside-limits' },
    {
      name: 'asks beyond the budget',
      facts: { ...SCALE, 'budget.exceeded': true },
      outcome: 'confirm',
      by: 'over-capacity-or-budget',
    },
    { name: 'rolls a deployment back alone', facts: ROLLBACK, outcome: 'auto', by: 'rollback-alone' },
    {
      name: 'asks when others depend on it',
      facts: { ...ROLLBACK, 'dependency.shared': true },
      outcome: 'confirm',
      by: 'shared-dependency',
    },
    { name: 'quarantines one ordinary machine', facts: CONTAIN, outcome: 'auto', by: 'quarantine-one' },
    {
      name: 'asks two people to lock out a critical one',
      facts: { ...CONTAIN, 'target.criticality': 'high' },
      outcome: 'authorize',
      by: 'contain-critical',
    },
    {
      name: 'wants containment to be surer',
      facts: { ...CONTAIN, 'evidence.confidence': 0.9 },
      outcome: 'confirm',
      by: 'control:confidence',
    },
    {
      name: 'asks two people for a mass block',
      facts: { ...CONTAIN, 'action.kind': 'security.block', 'scope.targets': 40 },
      outcome: 'authorize',
      by: 'mass-block',
    },
    {
      name: 'asks two people to delete data',
      facts: over({ 'action.kind': 'data.delete', 'action.area': 'data' }),
      outcome: 'authorize',
      by: 'delete-data',
    },
    {
      name: 'asks two people to delete a backup',
      facts: over({ 'action.kind': 'backup.delete', 'action.area': 'data' }),
      outcome: 'authorize',
      by: 'delete-data',
    },
    {
      name: 'asks security about rights',
      facts: over({ 'action.kind': 'iam.change', 'action.area': 'identity' }),
      outcome: 'authorize',
      by: 'identity',
    },
    { name: 'asks two people when nothing is known', facts: {}, outcome: 'refuse', by: 'core:held' },
  ])('$name', ({ facts, outcome, by }) => {
    const decision = ask(facts)
    expect(decision.outcome).toBe(outcome)
    expect(decision.because.filter((one) => one.outcome === outcome).map((one) => one.clause)).toContain(by)
  })

  test('asks for the cutover one person from governance and one from sre', () => {
    const { people, approvers, evidence } = ask(CUTOVER)
    expect(people).toBe(2)
    expect(approvers).toEqual([
      { role: 'governance', count: 1 },
      { role: 'sre', count: 1 },
    ])
    expect(evidence).toEqual(expect.arrayContaining(['approvals', 'diff', 'undo']))
  })

  test('never treats a riskier record more mildly', () => {
    const near = fc
      .tuple(
        fc.constantFrom(RESTART, CUTOVER, SCALE, ROLLBACK, CONTAIN),
        anyFacts,
        fc.subarray(FACT_NAMES, { maxLength: 4 }),
      )
      .map(([base, random, names]) => {
        const changed = Object.fromEntries(names.map((name) => [name, random.values[name]]))
        return factsOf({ ...base, ...changed })
      })
    const swap = fc
      .constantFrom(...FACT_NAMES)
      .chain((name) => fc.tuple(fc.constant(name), anyValue(factType(name))))
    fc.assert(
      fc.property(fc.oneof(near, near, anyFacts), swap, (facts, [name, value]) => {
        fc.pre(valueAtLeastAsRisky(factType(name), value, facts.values[name] ?? value))
        const worse = { ...facts, values: { ...facts.values, [name]: value } }
        const [before, after] = [decide(policy, facts, DIGEST), decide(policy, worse, DIGEST)]
        expect(compareOutcomes(after.outcome, before.outcome)).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 3000 },
    )
  })

  test('never acts alone on what has no way back, nor on any vital unknown', () => {
    const vital = [
      'evidence.confidence',
      'evidence.groups',
      'target.environment',
      'scope.targets',
      'undo.available',
      'breaker.open',
      'time.freeze',
      'attempts.recent',
      'runbook.known',
      'preconditions.verified',
      'target.confirmed',
    ]
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...vital), (facts, name) => {
        const blind = { ...facts, values: { ...facts.values, [name]: factType(name).pole } }
        expect(decide(policy, blind, DIGEST).outcome).not.toBe('auto')
        const lost = { ...facts, values: { ...facts.values, 'action.reversibility': 'none' } }
        expect(decide(policy, lost, DIGEST).outcome).not.toBe('auto')
      }),
      { numRuns: 1000 },
    )
    for (const name of vital) expect(ask(over({ [name]: undefined })).outcome, name).not.toBe('auto')
  })
})
