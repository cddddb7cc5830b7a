import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFacts } from '../facts/check.ts'
import { valueAtLeastAsRisky } from '../facts/order.ts'
import { FACTS, type Facts, type FactType, type FactValue } from '../facts/schema.ts'
import type { Digest } from '../kernel/digest.ts'
import { decide } from './decide.ts'
import { compareOutcomes } from './outcome.ts'
import { type Clause, OUTCOMES, type Outcome, type Policy } from './policy.ts'

const DIGEST: Digest = `sha256:${'a'.repeat(64)}`
const NAMES = Object.keys(FACTS)
const typeOf = (name: string): FactType => FACTS[name as keyof typeof FACTS]

/** Facts with which nothing built in fires. */
const CALM = {
  'hold.active': false,
  'target.confirmed': 'yes',
  'preconditions.verified': 'yes',
  'scope.remainingAfter': 3,
  'action.reversibility': 'easy',
  'undo.available': true,
}
const factsOf = (partial: Record<string, unknown>): Facts => {
  const checked = checkFacts({ ...CALM, ...partial })
  if ('refused' in checked) throw new Error(checked.refused.join())
  return checked.facts
}

const clause = (id: string, outcome: Outcome, over: Partial<Clause> = {}): Clause => ({
  id,
  says: `Sentence of ${id}.`,
  outcome,
  when: () => true,
  source: 'x',
  reads: [],
  approvers: [],
  exceptions: 'none',
  evidence: [],
  retain: 0,
  owner: 'test',
  ...over,
})
const policyOf = (clauses: readonly Clause[], over: Partial<Policy> = {}): Policy => ({
  id: 'test',
  digest: DIGEST,
  facts: {},
  clauses,
  risk: [],
  controls: [],
  ladder: [],
  ...over,
})
const fails = () => {
  throw new Error('cannot tell')
}
const answer = (clauses: Clause[], partial: Record<string, unknown> = {}) =>
  decide(policyOf(clauses), factsOf(partial), DIGEST)

describe('decide', () => {
  test.each<{ name: string; clauses: Clause[]; outcome: Outcome }>([
    { name: 'lets a lone auto clause act alone', clauses: [clause('a', 'auto')], outcome: 'auto' },
    {
      name: 'takes the strictest',
      clauses: [clause('a', 'auto'), clause('b', 'authorize')],
      outcome: 'authorize',
    },
    {
      name: 'puts observe above authorize',
      clauses: [clause('a', 'observe'), clause('b', 'authorize')],
      outcome: 'observe',
    },
    {
      name: 'puts refuse above all',
      clauses: [clause('a', 'refuse'), clause('b', 'observe')],
      outcome: 'refuse',
    },
    {
      name: 'counts an error as authorize',
      clauses: [clause('a', 'auto', { when: fails })],
      outcome: 'authorize',
    },
    {
      name: 'keeps a stricter outcome on error',
      clauses: [clause('a', 'refuse', { when: fails })],
      outcome: 'refuse',
    },
    {
      name: 'ignores what does not fire',
      clauses: [clause('a', 'auto'), clause('b', 'refuse', { when: () => false })],
      outcome: 'auto',
    },
  ])('$name', ({ clauses, outcome }) => {
    expect(answer(clauses, { 'evidence.confidence': 1 }).outcome).toBe(outcome)
  })

  test('asks one person where no clause fires', () => {
    const decision = answer([])
    const { outcome, because, people } = answer([clause('a', 'auto', { when: () => false })])
    expect(decision.outcome).toBe('confirm')
    expect(outcome).toBe('confirm')
    expect(people).toBe(1)
    expect(because.map((one) => one.clause)).toEqual(['core:nothing-fired'])
  })

  test('shows sentence, rule, actual values and what is unknown', () => {
    const reads = ['scope.targets', 'time.peak']
    const { because } = answer([clause('wide', 'confirm', { reads, source: 'scope.targets > 1' })], {
      'scope.targets': 4,
    })
    expect(because[0]).toEqual({
      clause: 'wide',
      says: 'Sentence of wide.',
      rule: 'scope.targets > 1',
      outcome: 'confirm',
      values: ['scope.targets = 4', 'time.peak is unknown'],
      error: null,
    })
  })

  test('adds up approvers, kept evidence and the longest retention', () => {
    const decision = answer([
      clause('a', 'authorize', { approvers: [{ role: 'sre', count: 1 }], evidence: ['plan'], retain: 9e12 }),
      clause('b', 'confirm', { approvers: [{ role: 'sre', count: 2 }], evidence: ['diff', 'plan'] }),
    ])
    expect(decision.people).toBe(2)
    expect(decision.approvers).toEqual([
      { role: 'governance', count: 1 },
      { role: 'sre', count: 2 },
    ])
    expect(decision.evidence).toEqual(['diff', 'plan'])
    expect(decision.retain).toBe(9e12)
  })

  test.each<{ name: string; others: Clause[]; after: string; people: number }>([
    { name: 'one person at least', others: [clause('a', 'auto')], after: 'confirm', people: 1 },
    { name: 'as strictly as the others', others: [clause('a', 'authorize')], after: 'authorize', people: 2 },
    {
      name: 'two where one could not tell',
      others: [clause('a', 'observe', { when: fails })],
      after: 'authorize',
      people: 2,
    },
  ])('after watching asks $name', ({ others, after, people }) => {
    const decision = answer([clause('o', 'observe'), ...others])
    expect(decision).toMatchObject({ outcome: 'observe', afterObserve: after, people })
    expect(decision.observeFor).toBeGreaterThan(0)
  })

  test.each<{ name: string; partial: Record<string, unknown>; outcome: Outcome }>([
    { name: 'refuses under a hold', partial: { 'hold.active': true }, outcome: 'refuse' },
    { name: 'refuses where nobody knows of holds', partial: { 'hold.active': null }, outcome: 'refuse' },
    { name: 'refuses the wrong target', partial: { 'target.confirmed': 'no' }, outcome: 'refuse' },
    { name: 'refuses a failed precondition', partial: { 'preconditions.verified': 'no' }, outcome: 'refuse' },
    { name: 'asks about a target not confirmed', partial: { 'target.confirmed': null }, outcome: 'confirm' },
    {
      name: 'asks about unseen preconditions',
      partial: { 'preconditions.verified': null },
      outcome: 'confirm',
    },
    { name: 'refuses to empty a set', partial: { 'scope.remainingAfter': 0 }, outcome: 'refuse' },
    {
      name: 'refuses where nobody knows what is left',
      partial: { 'scope.remainingAfter': null },
      outcome: 'refuse',
    },
    { name: 'asks where no undo exists', partial: { 'undo.available': null }, outcome: 'confirm' },
    {
      name: 'asks about what has no way back',
      partial: { 'action.reversibility': 'none' },
      outcome: 'confirm',
    },
  ])('whatever the policy says, $name', ({ partial, outcome }) => {
    expect(answer([clause('yes', 'auto')], partial).outcome).toBe(outcome)
  })

  const odd = { 'scope.remainingAfter': Number.NaN, 'hold.active': null, 'undo.available': 'yes' }
  test.each(Object.entries(odd))('a malformed %s (%s) is never auto', (name, value) => {
    const facts = { ...factsOf({}), values: { ...factsOf({}).values, [name]: value } } as unknown as Facts
    expect(decide(policyOf([clause('yes', 'auto')]), facts, DIGEST).outcome).not.toBe('auto')
  })
})

describe('risk and controls', () => {
  const row = {
    risk: 'routine',
    area: null,
    confidence: 0.8,
    groups: 2,
    approval: 'auto',
    observeFor: 1,
  } as const
  const table: Policy['controls'] = [
    { ...row, rollback: { window: 1, ifNotBetter: 'undo' }, review: { runs: 3, within: 1 } },
    {
      ...row,
      risk: 'critical',
      approval: 'authorize',
      rollback: { window: 2, ifNotBetter: 'escalate' },
      review: { runs: 1, within: 1 },
    },
    {
      ...row,
      area: 'dns',
      confidence: 0.95,
      rollback: { window: 3, ifNotBetter: 'undo' },
      review: { runs: 3, within: 1 },
    },
  ]
  const risk = (...classes: ('routine' | 'guarded' | 'critical')[]): Policy['risk'] =>
    classes.map((one) => ({ class: one, says: `It is ${one}.`, when: () => true, source: '', reads: [] }))
  const sure = { 'evidence.confidence': 0.9, 'evidence.groups': 2, 'action.area': 'service' }
  const ask = (rules: Policy['risk'], partial: Record<string, unknown>) =>
    decide(policyOf([clause('yes', 'auto')], { risk: rules, controls: table }), factsOf(partial), DIGEST)

  test('the riskiest class wins, and none is guarded', () => {
    expect(ask(risk('routine', 'critical'), sure).risk).toBe('critical')
    expect(ask([], sure).risk).toBe('guarded')
    expect(ask([{ ...risk('routine')[0]!, when: fails }], sure).risk).toBe('critical')
  })
  test.each<{
    name: string
    rules: Policy['risk']
    partial: Record<string, unknown>
    outcome: Outcome
    by: string
  }>([
    {
      name: 'lets pass what meets the row',
      rules: risk('routine'),
      partial: sure,
      outcome: 'auto',
      by: 'yes',
    },
    {
      name: 'asks below its confidence',
      rules: risk('routine'),
      partial: { ...sure, 'evidence.confidence': 0.79 },
      outcome: 'confirm',
      by: 'control:confidence',
    },
    {
      name: 'asks below its groups',
      rules: risk('routine'),
      partial: { ...sure, 'evidence.groups': 1 },
      outcome: 'confirm',
      by: 'control:evidence',
    },
    {
      name: 'asks below the sharper row of the area',
      rules: risk('routine'),
      partial: { ...sure, 'action.area': 'dns' },
      outcome: 'confirm',
      by: 'control:confidence',
    },
    {
      name: 'keeps the sharper row in riskier classes',
      rules: [],
      partial: { ...sure, 'action.area': 'dns' },
      outcome: 'confirm',
      by: 'control:confidence',
    },
    {
      name: 'asks as its approval says',
      rules: risk('critical'),
      partial: sure,
      outcome: 'authorize',
      by: 'control:approval',
    },
  ])('the control table $name', ({ rules, partial, outcome, by }) => {
    const decision = ask(rules, partial)
    expect(decision.outcome).toBe(outcome)
    expect(decision.because[0]?.clause).toBe(by)
  })
})

describe('laws', () => {
  const value = (type: FactType): fc.Arbitrary<FactValue | undefined> => {
    switch (type.type) {
      case 'bool':
        return fc.option(fc.boolean(), { nil: undefined })
      case 'enum':
        return fc.option(fc.constantFrom(...type.values), { nil: undefined })
      case 'int':
        return fc.option(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(type.max)), {
          nil: undefined,
        })
      case 'double':
        return fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })
    }
  }
  const record = fc.record(Object.fromEntries(NAMES.map((name) => [name, value(typeOf(name))])))
  const facts = record.map((partial) => {
    const checked = checkFacts(partial)
    if ('refused' in checked) throw new Error(checked.refused.join())
    return checked.facts
  })
  /** A clause that keeps firing as its fact gets riskier (auto: that stops), or that cannot tell. */
  const monotone = fc
    .record({
      id: fc.uuid(),
      outcome: fc.constantFrom(...OUTCOMES),
      name: fc.constantFrom(
        ...NAMES.filter(
          (name) => typeOf(name).type !== 'enum' || (typeOf(name) as { ordered: boolean }).ordered,
        ),
      ),
      limit: fc.integer({ min: 0, max: 3 }),
      broken: fc.integer({ min: 0, max: 19 }),
    })
    .map(({ id, outcome, name, limit, broken }) => {
      const type = typeOf(name)
      const edge: FactValue =
        type.type === 'bool'
          ? type.pole
          : type.type === 'enum'
            ? (type.values[Math.min(limit, type.values.length - 1)] ?? type.pole)
            : type.type === 'int'
              ? limit
              : limit / 3
      const reached = (one: Facts) => valueAtLeastAsRisky(type, one.values[name] ?? type.pole, edge)
      const when = broken === 0 ? fails : outcome === 'auto' ? (one: Facts) => !reached(one) : reached
      return clause(id, outcome, {
        when,
        reads: [name],
        evidence: [id],
        approvers: [{ role: name, count: limit + 1 }],
      })
    })
  const clauses = fc.array(monotone, { maxLength: 12 })

  test('the order of clauses does not matter', () => {
    fc.assert(
      fc.property(clauses, facts, fc.infiniteStream(fc.nat()), (list, one, luck) => {
        const shuffled = list
          .map((item) => ({ item, at: luck.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item)
        expect(decide(policyOf(shuffled), one, DIGEST)).toEqual(decide(policyOf(list), one, DIGEST))
      }),
    )
  })

  test('a riskier fact is never treated more mildly', () => {
    const swap = fc.constantFrom(...NAMES).chain((name) => fc.tuple(fc.constant(name), value(typeOf(name))))
    fc.assert(
      fc.property(clauses, facts, swap, (list, one, [name, given]) => {
        const type = typeOf(name)
        const riskier = given ?? type.pole
        fc.pre(valueAtLeastAsRisky(type, riskier, one.values[name] ?? type.pole))
        const worse = { ...one, values: { ...one.values, [name]: riskier } }
        const before = decide(policyOf(list), one, DIGEST)
        const after = decide(policyOf(list), worse, DIGEST)
        expect(compareOutcomes(after.outcome, before.outcome)).toBeGreaterThanOrEqual(0)
        if (after.outcome === before.outcome) expect(after.people).toBeGreaterThanOrEqual(before.people)
      }),
      { numRuns: 500 },
    )
  })

  test('an error is never milder than authorize', () => {
    fc.assert(
      fc.property(clauses, facts, fc.constantFrom(...OUTCOMES), (list, one, outcome) => {
        const decision = decide(policyOf([...list, clause('broken', outcome, { when: fails })]), one, DIGEST)
        expect(compareOutcomes(decision.outcome, 'authorize')).toBeGreaterThanOrEqual(0)
        expect(decision.outcome === 'refuse' || decision.people >= 2).toBe(true)
      }),
    )
  })

  test('auto asks nobody, and is never given where target, preconditions, undo or what is left are unknown', () => {
    const vital = [
      'target.confirmed',
      'preconditions.verified',
      'undo.available',
      'scope.remainingAfter',
      'hold.active',
    ]
    fc.assert(
      fc.property(clauses, facts, fc.constantFrom(...vital), (list, one, name) => {
        const blind = { ...one, values: { ...one.values, [name]: typeOf(name).pole } }
        expect(decide(policyOf([...list, clause('yes', 'auto')]), blind, DIGEST).outcome).not.toBe('auto')
        const decision = decide(policyOf(list), one, DIGEST)
        if (decision.outcome === 'auto') expect(decision.people + decision.approvers.length).toBe(0)
      }),
    )
  })

  test('what is asked for meets the minimum of its outcome', () => {
    fc.assert(
      fc.property(clauses, facts, (list, one) => {
        const { outcome, afterObserve, approvers, people } = decide(policyOf(list), one, DIGEST)
        if ((afterObserve ?? outcome) !== 'authorize') return
        expect(people).toBe(2)
        expect(approvers.find(({ role }) => role === 'governance')?.count).toBeGreaterThanOrEqual(1)
      }),
    )
  })
})
