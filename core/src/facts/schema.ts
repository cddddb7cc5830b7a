/**
 * The facts a policy may read: one typed flat record. Every fact declares its unit, the direction in which it gets
 * riskier, and its risky pole; an unknown fact takes the pole and is listed. The schema only grows.
 */
export const FACTS_VERSION = 1

/** How one fact is typed. `riskier` says which way risk grows; for enums, `values` runs from least to most risky. */
export type FactType =
  | { type: 'bool'; says: string; pole: boolean }
  | {
      type: 'int'
      says: string
      unit: string
      min: number
      max: number
      riskier: 'more' | 'less'
      pole: number
    }
  | {
      type: 'double'
      says: string
      unit: string
      min: number
      max: number
      riskier: 'more' | 'less'
      pole: number
    }
  | { type: 'enum'; says: string; values: readonly string[]; pole: string; ordered: boolean }

const bool = (says: string, pole: boolean): FactType => ({ type: 'bool', says, pole })
const count = (says: string, riskier: 'more' | 'less', unit = 'count'): FactType => ({
  type: 'int',
  says,
  unit,
  min: 0,
  max: 1_000_000,
  riskier,
  pole: riskier === 'more' ? 1_000_000 : 0,
})
const share = (says: string, riskier: 'more' | 'less'): FactType => ({
  type: 'double',
  says,
  unit: 'share of 1',
  min: 0,
  max: 1,
  riskier,
  pole: riskier === 'more' ? 1 : 0,
})
/** `values` from least to most risky where `ordered`; the last one is then the pole. */
const oneOf = (says: string, values: readonly string[], pole: string, ordered = true): FactType => ({
  type: 'enum',
  says,
  values,
  pole,
  ordered,
})

export const ACTION_KINDS = [
  'service.restart',
  'service.stop',
  'dns.change',
  'dns.delete',
  'traffic.shift',
  'node.drain',
  'security.quarantine',
  'security.block',
  'scale.out',
  'scale.in',
  'deploy',
  'deploy.rollback',
  'config.push',
  'failover',
  'cert.rotate',
  'iam.change',
  'data.delete',
  'backup.delete',
  'command.run',
  'other',
] as const
export type ActionKind = (typeof ACTION_KINDS)[number]

export const ACTION_AREAS = [
  'service',
  'dns',
  'containment',
  'scaling',
  'deployment',
  'traffic',
  'identity',
  'certificate',
  'data',
  'config',
  'other',
] as const
export type ActionArea = (typeof ACTION_AREAS)[number]

const YES_NO = ['no', 'yes', 'unknown'] as const

export const FACTS = {
  'action.kind': oneOf('what the action does', ACTION_KINDS, 'other', false),
  'action.area': oneOf('the control area of the action', ACTION_AREAS, 'other', false),
  'action.reversibility': oneOf('how hard it is to take back', ['easy', 'hard', 'none'], 'none'),
  'action.privileged': bool('needs rights beyond the ordinary operator', true),
  'proposer.kind': oneOf('who proposed it', ['person', 'detector', 'agent'], 'agent', false),
  'runbook.known': bool('a published, signed runbook describes it', false),
  'target.environment': oneOf(
    'where the target lives',
    ['development', 'staging', 'production', 'unknown'],
    'unknown',
  ),
  'target.confirmed': oneOf(
    'the target is what the proposal says it is',
    ['yes', 'unknown', 'no'],
    'unknown',
  ),
  'target.criticality': oneOf(
    'how much depends on the target',
    ['low', 'normal', 'high', 'unknown'],
    'unknown',
  ),
  'scope.targets': count('targets that change', 'more'),
  'scope.services': count('services that change', 'more'),
  'scope.regions': count('regions that change', 'more'),
  'scope.customers': oneOf('customers who may notice', ['none', 'one', 'some', 'all'], 'all'),
  'scope.share': share('share of the set that changes', 'more'),
  'scope.remainingDuring': count('members still serving while it runs', 'less'),
  'scope.remainingAfter': count('members still serving afterwards', 'less'),
  'data.regulated': oneOf('regulated data is touched', YES_NO, 'unknown'),
  'data.customer': oneOf('customer data is touched', YES_NO, 'unknown'),
  'dependency.shared': bool('others depend on the same thing', true),
  'incident.severity': oneOf('business impact', ['info', 'minor', 'major', 'critical'], 'critical'),
  'incident.actionability': oneOf('how clear it is what to do', ['high', 'low', 'none'], 'none'),
  'incident.correlated': count('targets failing together', 'more'),
  'evidence.confidence': share('how sure the evidence makes us', 'less'),
  'evidence.groups': count('independent source groups that support it', 'less'),
  'evidence.against': count('independent source groups that speak against it', 'more'),
  'evidence.unknown': count('sources that gave no usable reading', 'more'),
  'change.recent': bool('the target changed recently', true),
  'change.staged': bool('the change goes in stages', false),
  'time.peak': bool('it is peak time for the service', true),
  'time.freeze': bool('a change freeze holds', true),
  'attempts.recent': count('attempts of this intent within the window of the runbook', 'more'),
  'breaker.open': bool('the circuit breaker of the runbook is open for the target', true),
  'preconditions.verified': oneOf('the preconditions were observed', ['yes', 'unknown', 'no'], 'unknown'),
  'undo.available': bool('the undo exists and its artefact is present', false),
  'fleet.actsInHour': count('acts in the same area in the last hour, all runbooks together', 'more'),
  'fleet.targetsInHour': count('targets changed in the same area in the last hour', 'more'),
  'ticket.open': bool('a ticket or incident stands behind it', false),
  'capacity.exceeded': bool('the capacity policy would be exceeded', true),
  'budget.exceeded': bool('the budget would be exceeded', true),
  'licence.valid': bool('an earned licence to act alone is valid', false),
  'hold.active': bool('a hold covers the action', true),
} as const satisfies Record<string, FactType>

export type FactName = keyof typeof FACTS
export type FactValue = boolean | number | string

/** A complete record: every fact has a value; `unknown` lists those that took their pole. */
export type Facts = {
  version: number
  values: Readonly<Record<FactName, FactValue>> & Readonly<Record<string, FactValue>>
  unknown: readonly string[]
}
