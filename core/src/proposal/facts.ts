/**
 * Computes the facts that policy decides on: from the runner's signed plan, the operator's catalogue, our own evidence
 * and our own history. Nothing is taken from the proposer's word; what is not known is left out and takes its pole.
 */
import type { Catalogue, Service } from '../catalogue/catalogue.ts'
import type { Assessment } from '../evidence/assess.ts'
import type { FactName, FactValue } from '../facts/schema.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Plan, Proposer } from '../plan/plan.ts'

/** What only the record knows: counted by the server from its own entries. */
export type History = {
  attemptsRecent: number
  breakerOpen: boolean
  fleetActsInHour: number
  fleetTargetsInHour: number
  changeRecent: boolean
  holdActive: boolean
  runbookKnown: boolean
}

export type IncidentFacts = {
  severity: string
  actionability: string
  correlated: number
  /** The proposal itself belongs to one. */
  isLinked: boolean
} | null

export type FactsInput = {
  plan: Plan
  proposer: Proposer
  catalogue: Catalogue
  assessment: Assessment | null
  incident: IncidentFacts
  history: History
  now: Instant
}

const CUSTOMERS = ['none', 'one', 'some', 'all'] as const

export function computeFacts(input: FactsInput): Partial<Record<FactName, FactValue>> {
  const { plan, proposer, incident, history } = input
  const services = concerned(input)
  return {
    'action.kind': plan.action.kind,
    'action.area': plan.action.area,
    'action.reversibility': plan.action.reversibility,
    'action.privileged': plan.action.privileged,
    'proposer.kind': proposer.kind,
    'runbook.known': history.runbookKnown,
    ...ofTargets(services, input),
    ...ofScope(plan),
    ...ofEvidence(input),
    ...(incident === null
      ? { 'incident.severity': 'info', 'incident.actionability': 'none', 'incident.correlated': 0 }
      : {
          'incident.severity': incident.severity,
          'incident.actionability': incident.actionability,
          'incident.correlated': incident.correlated,
        }),
    'change.recent': history.changeRecent,
    'change.staged': false,
    'attempts.recent': history.attemptsRecent,
    'breaker.open': history.breakerOpen,
    'preconditions.verified': preconditions(plan),
    'undo.available': plan.steps.length > 0 && plan.steps.every((step) => step.undo !== null),
    'fleet.actsInHour': history.fleetActsInHour,
    'fleet.targetsInHour': history.fleetTargetsInHour,
    'ticket.open': incident?.isLinked === true,
    'capacity.exceeded': plan.limits.length > 0,
    'budget.exceeded': false,
    'licence.valid': false,
    'hold.active': history.holdActive,
  }
}

function concerned({ plan, catalogue }: FactsInput): Service[] {
  const names = new Set(plan.targets.map((target) => target.service))
  return catalogue.services.filter((service) => names.has(service.id))
}

/** The riskiest of all services concerned; a target that the catalogue does not place leaves its facts unknown. */
function ofTargets(
  services: Service[],
  { plan, catalogue, now }: FactsInput,
): Partial<Record<FactName, FactValue>> {
  const confirmed = plan.targets.map((target) => isPlaced(catalogue, target.service, target.id))
  const shared = catalogue.services.some((other) =>
    services.some((service) => service.id !== other.id && other.dependencies.includes(service.id)),
  )
  if (services.length === 0 || confirmed.includes(false)) return { 'target.confirmed': 'no' }
  return {
    'target.confirmed': 'yes',
    'target.environment': riskiest(
      services.map((one) => one.environment),
      ENVIRONMENTS,
    ),
    'target.criticality': riskiest(
      services.map((one) => one.criticality),
      CRITICALITIES,
    ),
    'scope.customers': riskiest(
      services.map((one) => one.customers),
      CUSTOMERS,
    ),
    'data.regulated': riskiest(
      services.map((one) => one.data.regulated),
      YES_NO,
    ),
    'data.customer': riskiest(
      services.map((one) => one.data.customer),
      YES_NO,
    ),
    'dependency.shared': shared,
    'time.peak': services.some((one) => one.peak.some(({ from, to }) => within(hourOf(now), from, to))),
    'time.freeze': catalogue.freezes.some(
      (freeze) =>
        freeze.from <= now &&
        now < freeze.to &&
        (freeze.services.length === 0 || services.some((one) => freeze.services.includes(one.id))),
    ),
  }
}

const ENVIRONMENTS = ['development', 'staging', 'production', 'unknown'] as const
const CRITICALITIES = ['low', 'normal', 'high', 'unknown'] as const
const YES_NO = ['no', 'yes', 'unknown'] as const

function ofScope({ scope }: Plan): Partial<Record<FactName, FactValue>> {
  return {
    'scope.targets': scope.targets,
    'scope.services': scope.services,
    'scope.regions': scope.regions,
    'scope.share': scope.shareBp / 10_000,
    ...(scope.remainingDuring === null ? {} : { 'scope.remainingDuring': scope.remainingDuring }),
    ...(scope.remainingAfter === null ? {} : { 'scope.remainingAfter': scope.remainingAfter }),
  }
}

function ofEvidence({ assessment }: FactsInput): Partial<Record<FactName, FactValue>> {
  if (assessment === null) return {}
  return {
    'evidence.confidence': assessment.confidenceBp / 10_000,
    'evidence.groups': assessment.groups,
    'evidence.against': assessment.against,
    'evidence.unknown': assessment.unknown,
  }
}

/** `no` where any was seen not to hold; `yes` only where all were seen to hold. */
function preconditions({ preconditions }: Plan): 'yes' | 'no' | 'unknown' {
  if (preconditions.some(({ holds }) => holds === 'no')) return 'no'
  return preconditions.some(({ holds }) => holds === 'unknown') ? 'unknown' : 'yes'
}

function isPlaced(catalogue: Catalogue, service: string, target: string): boolean {
  return catalogue.services.some((one) => one.id === service && one.targets.some(({ id }) => id === target))
}

function riskiest<T extends string>(values: readonly T[], fromMild: readonly T[]): T {
  return [...values].sort((a, b) => fromMild.indexOf(b) - fromMild.indexOf(a))[0] ?? (fromMild.at(-1) as T)
}

/** Hour of the day in UTC, by integer arithmetic: core has no clock. */
function hourOf(now: Instant): number {
  return Math.floor(now / 3_600_000) % 24
}

/** A peak may run over midnight: from 22 to 2. */
function within(hour: number, from: number, to: number): boolean {
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to
}
