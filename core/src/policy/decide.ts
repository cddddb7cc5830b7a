/**
 * Decides what may happen with a plan: pure, total, and independent of the order of clauses. The strictest fired
 * clause wins; a clause that cannot tell counts as fired. Anyone can replay it from the stored facts.
 */
import type { Facts } from '../facts/schema.ts'
import type { Digest } from '../kernel/digest.ts'
import { type Duration, minutes } from '../kernel/instant.ts'
import { approversFor, peopleFor } from './approvers.ts'
import { BUILTIN_CLAUSES } from './builtin.ts'
import { rulesFor } from './controls.ts'
import type { Decision, Reason } from './decision.ts'
import { compareOutcomes, stricter } from './outcome.ts'
import { type Clause, type Outcome, POLICY_LANGUAGE_VERSION, type Policy } from './policy.ts'
import { classify } from './risk.ts'

/** Decisions are kept for a year at least, whatever the clauses say. */
const RETAIN_AT_LEAST = minutes(365 * 24 * 60)

type Fired = { clause: Clause; outcome: Outcome; error: string | null }

export function decide(policy: Policy, facts: Facts, factsDigest: Digest): Decision {
  const { risk, because: riskBecause } = classify(policy, facts)
  const { control, clauses } = rulesFor(policy, risk, String(facts.values['action.area']))
  const fired: Fired[] = []
  for (const clause of BUILTIN_CLAUSES) fire(clause, facts, fired)
  for (const clause of clauses) fire(clause, facts, fired)
  for (const clause of policy.clauses) fire(clause, facts, fired)
  fired.sort(byStrictnessAndId)
  const outcome = fired[0]?.outcome ?? 'confirm'
  const afterObserve = outcome === 'observe' ? afterwards(fired) : null
  const asks = afterObserve ?? outcome
  return {
    outcome,
    risk,
    riskBecause,
    policy: policy.digest,
    facts: factsDigest,
    factsVersion: facts.version,
    languageVersion: POLICY_LANGUAGE_VERSION,
    unknown: [...facts.unknown],
    because: reasonsOf(fired, facts),
    people: peopleFor(asks),
    approvers: approversFor(asks, fired),
    afterObserve,
    observeFor: outcome === 'observe' ? control.observeFor : null,
    retain: longest(fired),
    evidence: evidenceOf(fired),
  }
}

/** A clause that throws counts as fired: `authorize` at least, so that an error is never milder than its absence. */
function fire(clause: Clause, facts: Facts, fired: Fired[]): void {
  try {
    if (clause.when(facts)) fired.push({ clause, outcome: clause.outcome, error: null })
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    fired.push({ clause, outcome: stricter(clause.outcome, 'authorize'), error: text })
  }
}

function byStrictnessAndId(a: Fired, b: Fired): number {
  const strictness = compareOutcomes(b.outcome, a.outcome)
  if (strictness !== 0) return strictness
  return a.clause.id < b.clause.id ? -1 : 1
}

function longest(fired: readonly Fired[]): Duration {
  let retain = RETAIN_AT_LEAST
  for (const { clause } of fired) if (clause.retain > retain) retain = clause.retain
  return retain
}

function evidenceOf(fired: readonly Fired[]): string[] {
  const kept = new Set<string>()
  for (const { clause } of fired) for (const kind of clause.evidence) kept.add(kind)
  return [...kept].sort()
}

/** How strictly to ask when the observation ends: as the clauses other than `observe` demand. */
function afterwards(fired: readonly Fired[]): 'confirm' | 'authorize' {
  const asks = fired.some((one) => one.outcome === 'authorize' || one.error !== null)
  return asks ? 'authorize' : 'confirm'
}

function reasonsOf(fired: readonly Fired[], facts: Facts): Reason[] {
  if (fired.length === 0) return [NOTHING_FIRED]
  return fired.map(({ clause, outcome, error }) => ({
    clause: clause.id,
    says: clause.says,
    rule: clause.source,
    outcome,
    values: clause.reads.map((name) => valueText(facts, name)),
    error,
  }))
}

function valueText(facts: Facts, name: string): string {
  if (facts.unknown.includes(name)) return `${name} is unknown`
  return `${name} = ${String(facts.values[name])}`
}

const NOTHING_FIRED: Reason = {
  clause: 'core:nothing-fired',
  says: 'No clause speaks about this, so one person decides.',
  rule: '',
  outcome: 'confirm',
  values: [],
  error: null,
}
