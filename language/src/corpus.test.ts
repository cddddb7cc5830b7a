/** The shipped policy against publicly documented changes (development corpus, read from outside the repository). */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decide } from '@countersign/core/policy/decide'
import { expect, test } from 'vitest'
import { factsOf } from './testing/any-facts.ts'
import { DIGEST, shippedPolicy } from './testing/shipped.ts'

type Label = 'observe' | 'auto' | 'approve-one' | 'approve-two' | 'refuse'
type Flags = {
  preconditionsVerified: boolean
  targetEnvironmentConfirmed: boolean
  confidenceInSignal: string
}
type RecordOf = {
  type: string
  facts: Flags & {
    actionKind: string
    environment: string
    reversible: 'easy' | 'hard' | 'no'
    scope: { services: number | 'many'; regions: number | 'many'; customers: string }
    privileged: boolean
    regulatedData: boolean | 'unknown'
    evidence: { independent: boolean; agreesWithAction: boolean }[]
    recentAttempts: number
    staged: boolean
    peak: boolean
    capacityOrBudgetExceeded: boolean
    dependencyShared: boolean
  }
  selfReported: Flags & { evidence: string[] }
  expected: { decision: Label; alsoAcceptable: Label[] }
}

const FILE = fileURLToPath(new URL('../../../shared/data/corpus/development.json', import.meta.url))
const AREAS: Readonly<Record<string, string>> = {
  service: 'service',
  dns: 'dns',
  traffic: 'traffic',
  config: 'config',
  deploy: 'deployment',
  scale: 'scaling',
  node: 'scaling',
  data: 'data',
  iam: 'identity',
  security: 'containment',
  failover: 'service',
  cert: 'certificate',
  backup: 'data',
  other: 'other',
}
const CONFIDENCE: Readonly<Record<string, number>> = { low: 0.4, medium: 0.7, high: 0.96 }
const LABELS = {
  auto: 'auto',
  confirm: 'approve-one',
  authorize: 'approve-two',
  observe: 'observe',
  refuse: 'refuse',
} as const
const many = (count: number | 'many') => (count === 'many' ? 50 : count)
const yesNo = (value: boolean | 'unknown') => (value === 'unknown' ? 'unknown' : value ? 'yes' : 'no')

/** What the corpus does not say (holds, freezes, fleet rates, what is left) is set to a calm value. */
function mapped({ facts: one }: RecordOf, flags: Flags, groups: number, against: number) {
  const kind = one.actionKind === 'scale' ? 'scale.out' : one.actionKind
  return factsOf({
    'action.kind': kind,
    'action.area': AREAS[kind.split('.')[0] ?? ''],
    'action.reversibility': one.reversible === 'no' ? 'none' : one.reversible,
    'action.privileged': one.privileged,
    'proposer.kind': 'detector',
    'runbook.known': one.actionKind !== 'other',
    'target.environment': one.environment,
    'target.confirmed': flags.targetEnvironmentConfirmed ? 'yes' : 'no',
    'target.criticality': 'normal',
    'scope.targets': many(one.scope.services),
    'scope.services': many(one.scope.services),
    'scope.regions': many(one.scope.regions),
    'scope.customers': one.scope.customers,
    'scope.share': 0.2,
    'scope.remainingDuring': 3,
    'scope.remainingAfter': 3,
    'data.regulated': yesNo(one.regulatedData),
    'data.customer': yesNo(one.regulatedData),
    'dependency.shared': one.dependencyShared,
    'incident.severity': 'minor',
    'incident.actionability': 'high',
    'incident.correlated': 1,
    'evidence.confidence': CONFIDENCE[flags.confidenceInSignal],
    'evidence.groups': groups,
    'evidence.against': against,
    'evidence.unknown': 0,
    'change.recent': false,
    'change.staged': one.staged,
    'time.peak': one.peak,
    'time.freeze': false,
    'attempts.recent': one.recentAttempts,
    'breaker.open': one.recentAttempts >= 3,
    'preconditions.verified': flags.preconditionsVerified ? 'yes' : 'no',
    'undo.available': one.reversible !== 'no',
    'fleet.actsInHour': 1,
    'fleet.targetsInHour': 1,
    'ticket.open': true,
    'capacity.exceeded': one.capacityOrBudgetExceeded,
    'budget.exceeded': one.capacityOrBudgetExceeded,
    'licence.valid': false,
    'hold.active': false,
  })
}

function score(records: RecordOf[], answerOf: (one: RecordOf) => Label) {
  const count = (fits: (one: RecordOf, given: Label) => boolean) =>
    records.filter((one) => fits(one, answerOf(one))).length
  const accepted = ({ expected }: RecordOf, given: Label) =>
    given === expected.decision || expected.alsoAcceptable.includes(given)
  return {
    records: records.length,
    exact: count((one, given) => given === one.expected.decision),
    acceptable: count(accepted),
    unsafeAuto: count((one, given) => given === 'auto' && !accepted(one, given)),
    needlessFriction: count((one, given) => one.expected.decision === 'auto' && !accepted(one, given)),
  }
}

test.skipIf(!existsSync(FILE))(
  `never acts alone where a person was due in documented cases${existsSync(FILE) ? '' : ' (left out: the corpus is not here)'}`,
  () => {
    const policy = shippedPolicy()
    const { records } = JSON.parse(readFileSync(FILE, 'utf8')) as { records: RecordOf[] }
    const ask = (one: RecordOf, flags: Flags, groups: number, against: number) =>
      LABELS[decide(policy, mapped(one, flags, groups, against), DIGEST).outcome]
    const verified = score(records, (one) => {
      const evidence = one.facts.evidence.filter((each) => each.independent)
      const groups = evidence.filter((each) => each.agreesWithAction).length
      return ask(one, one.facts, groups, evidence.length - groups)
    })
    // what the actor would have claimed counts as one group at most: nobody vouches for himself
    const selfReported = score(records, (one) => ask(one, one.selfReported, 1, 0))
    console.info('corpus, verified flags     ', JSON.stringify(verified))
    console.info('corpus, self-reported flags', JSON.stringify(selfReported))
    expect(verified.unsafeAuto).toBe(0)
    expect(selfReported.unsafeAuto).toBe(0)
    expect(verified.acceptable / verified.records).toBeGreaterThanOrEqual(0.75)
    expect(verified.needlessFriction).toBeLessThanOrEqual(6)
  },
)
