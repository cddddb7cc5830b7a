/** Parts of honest stories for tests: evidence, plan, decision and grant as they belong together. */
import type { SignedAct } from '../../act/act.ts'
import type { Evidence } from '../../evidence/evidence.ts'
import { checkFacts } from '../../facts/check.ts'
import { storeFacts } from '../../facts/stored.ts'
import type { Grant } from '../../grant/grant.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { Json } from '../../kernel/json.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Decision } from '../../policy/decision.ts'
import { DNS, digestOf, POLICY, RESTART, SITE, signMachine } from './site.ts'

const MINUTE = 60_000
export const some = (text: string): Digest => digestOf('countersign/footprint/v1', text)

export function evidenceOf(at: number, groups: readonly string[]): Evidence[] {
  return groups.map((group) => ({
    id: `ev-${group}`,
    check: group,
    source: `${group}-source`,
    group,
    query: 'up',
    observedAt: at,
    freshUntil: at + MINUTE,
    verdict: 'supports',
    value: '0',
    digest: some(group),
  }))
}

export function planOf(
  kind: 'restart' | 'dns',
  proposal: string,
  at: number,
  changes: Partial<Plan> = {},
): Plan {
  const isDns = kind === 'dns'
  const target = isDns ? 'zone-shop' : 'web1-app'
  return {
    v: 1,
    id: `plan-of-${proposal}`,
    site: SITE,
    proposal,
    proposer: isDns ? { kind: 'agent', id: 'agent-1' } : { kind: 'detector', id: 'trigger' },
    intent: digestOf('countersign/intent/v1', `${kind} ${target}`),
    runner: 'runner-1',
    runbook: isDns ? DNS : RESTART,
    policy: POLICY,
    action: {
      kind: isDns ? 'dns.change' : 'service.restart',
      area: isDns ? 'dns' : 'service',
      reversibility: 'easy',
      privileged: false,
    },
    parameters: {},
    targets: [{ id: target, service: 'shop', address: '192.0.2.10' }],
    steps: [
      {
        id: isDns ? 'change' : 'restart',
        uses: isDns ? 'dns.replace' : 'systemd.restart',
        target,
        with: {},
        diff: [
          {
            path: isDns ? 'www A' : 'state',
            from: isDns ? '192.0.2.10' : 'failed',
            to: isDns ? '192.0.2.20' : 'active',
          },
        ],
        stateVersion: some('before'),
        predicted: some('after'),
        undo: { says: 'put back what was there', artefact: 'before' },
      },
    ],
    scope: { targets: 1, services: 1, regions: 1, shareBp: 5000, remainingDuring: 1, remainingAfter: 2 },
    preconditions: [],
    limits: [],
    demands: { signatures: 'none', because: 'within the envelope' },
    observedAt: at,
    expiresAt: at + 30 * MINUTE,
    ...changes,
  }
}

const SAYS = {
  auto: ['routine-runs-alone', 'A known restart of one host, seen by two sources, runs alone.'],
  confirm: ['one-look', 'One person looks at it first.'],
  authorize: [
    'names-of-production',
    'Names that customers use change only when two people agree, one of them from governance.',
  ],
  refuse: ['frozen', 'Nothing changes while a freeze holds.'],
  observe: ['watch-first', 'It is watched before anyone is asked.'],
} as const

export type Outcome = keyof typeof SAYS

export function decisionOf(plan: Plan, outcome: Outcome): { decision: Decision; facts: Json } {
  const checked = checkFacts({
    'action.kind': plan.action.kind,
    'action.area': plan.action.area,
    'action.reversibility': plan.action.reversibility,
    'action.privileged': plan.action.privileged,
    'proposer.kind': plan.proposer.kind,
    'target.confirmed': 'yes',
    'preconditions.verified': 'yes',
    'scope.targets': plan.scope.targets,
    'scope.services': plan.scope.services,
    'scope.remainingAfter': 2,
    'evidence.confidence': 0.9608,
    'undo.available': true,
    'hold.active': false,
  })
  if ('refused' in checked) throw new Error(checked.refused.join())
  const facts = storeFacts(checked.facts) as unknown as Json
  const [clause, says] = SAYS[outcome]
  const asks = outcome === 'confirm' || outcome === 'authorize'
  const decision: Decision = {
    outcome,
    risk: outcome === 'auto' ? 'routine' : 'guarded',
    policy: plan.policy,
    facts: digestOf('countersign/facts/v1', facts),
    factsVersion: 1,
    languageVersion: 1,
    unknown: [],
    because: [
      {
        clause,
        says,
        rule: 'true',
        outcome,
        values: ['evidence.confidence = 0.9608', `action.kind = ${plan.action.kind}`],
        error: null,
      },
    ],
    riskBecause: [],
    people: outcome === 'authorize' ? 2 : asks ? 1 : 0,
    approvers: asks ? [{ role: 'sre', count: 1 }] : [],
    afterObserve: null,
    observeFor: null,
    retain: 0,
    evidence: [],
  }
  return { decision, facts }
}

export function grantOf(
  plan: Plan,
  outcome: Grant['outcome'],
  acts: SignedAct[],
  at: number,
  id = `grant-of-${plan.proposal}`,
) {
  const grant: Grant = {
    v: 1,
    id,
    site: SITE,
    proposal: plan.proposal,
    plan: digestOf('countersign/plan/v1', plan as unknown as Json),
    runner: plan.runner,
    stage: 1,
    outcome,
    approvals: acts.map(({ act }) => act.nonce),
    issuedAt: at,
    notAfter: at + MINUTE,
    undo: { notAfter: at + 20 * MINUTE, onSilence: 'undo' },
  }
  return { grant, key: 'grant-1', signature: signMachine('grant-1', 'countersign/grant/v1', grant), acts }
}
