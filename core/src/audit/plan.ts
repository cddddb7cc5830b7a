/** Audits how a proposal came to its plan and decision: who planned, by which texts, from which facts. */
import type { Facts } from '../facts/schema.ts'
import { restoreFacts } from '../facts/stored.ts'
import type { Json } from '../kernel/json.ts'
import type { Plan } from '../plan/plan.ts'
import { BUILTIN_CLAUSES } from '../policy/builtin.ts'
import type { Decision } from '../policy/decision.ts'
import { compareOutcomes } from '../policy/outcome.ts'
import type { ProposalEvent } from '../proposal/event.ts'
import { runnerKey } from '../trust/lookup.ts'
import type { Look } from './entry.ts'
import { forgetPlan, type Life } from './life.ts'

type Event<T extends ProposalEvent['type']> = Extract<ProposalEvent, { type: T }>

/** The first wish stands: a second one in the same life would change who proposed it. */
export function auditProposed(event: Event<'proposed'>, life: Life, { report }: Look): void {
  if (life.proposed === null) life.proposed = event
  else report('PLAN_NOT_AS_PROPOSED', 'the proposal was recorded twice')
}

export function auditPlanned({ plan: signed, digest }: Event<'planned'>, life: Life, look: Look): void {
  const { means, site, report } = look
  const { plan } = signed
  forgetPlan(life)
  const real = means.digestOf('countersign/plan/v1', plan as unknown as Json)
  if (real !== digest)
    report('PLAN_DIGEST', `expected ${real}, which is the digest of the plan, got ${digest}`)
  if (plan.site !== means.genesis)
    report('PLAN_OTHER_SITE', `expected site ${means.genesis}, got ${plan.site}`)
  checkRunner(signed, look)
  for (const field of differences(plan, life.proposed))
    report('PLAN_NOT_AS_PROPOSED', `the ${field} of the plan is not that of the proposal`)
  const runbook = site.published.get(`runbook ${plan.runbook.digest}`)
  if (runbook === undefined || runbook.id !== plan.runbook.id || runbook.until <= look.entry.at)
    report(
      'RUNBOOK_NOT_PUBLISHED',
      `runbook "${plan.runbook.id}" with digest ${plan.runbook.digest} was not in force at that time`,
    )
  life.planned = { plan, digest: real, authors: runbook?.authors ?? [] }
}

function checkRunner({ plan, signature }: { plan: Plan; signature: string }, look: Look): void {
  const { entry, means, site, report } = look
  if (site.trust === null) {
    report('TRUST_MISSING', 'a plan was made before any trust was recorded')
    return
  }
  const key = runnerKey(site.trust.body, plan.runner, entry.at)
  if (key === null) {
    report('PLAN_SIGNATURE', `"${plan.runner}" is no runner of trust/${site.trust.body.version} then`)
    return
  }
  if (!means.verifyMachine('countersign/plan/v1', plan as unknown as Json, key.key, signature))
    report('PLAN_SIGNATURE', `the signature of runner "${plan.runner}" does not hold`)
}

function differences(plan: Plan, proposed: Life['proposed']): string[] {
  if (proposed === null) return ['origin']
  const pairs = {
    intent: [plan.intent, proposed.intent],
    runbook: [
      `${plan.runbook.id} ${plan.runbook.digest}`,
      `${proposed.runbook.id} ${proposed.runbook.digest}`,
    ],
    proposer: [
      `${plan.proposer.kind} ${plan.proposer.id}`,
      `${proposed.proposer.kind} ${proposed.proposer.id}`,
    ],
  }
  return Object.entries(pairs).flatMap(([field, [one, other]]) => (one === other ? [] : [field]))
}

export function auditDecided({ decision, facts }: Event<'decided'>, life: Life, look: Look): void {
  const { report } = look
  life.decision = decision
  life.approvals = []
  checkPolicy(decision, life, look)
  const restored = restoreFacts(facts)
  if (decision.facts !== look.means.digestOf('countersign/facts/v1', facts as unknown as Json))
    report('FACTS_DIGEST', `the decision names facts ${decision.facts}, those recorded have another digest`)
  if (life.planned === null) report('FACTS_NOT_OF_PLAN', 'a decision was recorded without a plan')
  else
    for (const name of strangeFacts(restored, life.planned.plan))
      report(
        'FACTS_NOT_OF_PLAN',
        `the fact ${name} is ${String(restored.values[name])}, the plan says otherwise`,
      )
  checkStrictness(decision, restored, look)
}

/** Neither milder than core always demands, nor than the clauses that it names itself. */
function checkStrictness({ outcome, because }: Decision, facts: Facts, { report }: Look): void {
  const fired = BUILTIN_CLAUSES.filter((clause) => clause.when(facts))
  const demands = [...fired.map(({ id, outcome }) => ({ clause: id, outcome })), ...because]
  for (const demand of demands)
    if (!(compareOutcomes(outcome, demand.outcome) >= 0))
      report('DECISION_TOO_MILD', `expected ${demand.outcome} at least by ${demand.clause}, got ${outcome}`)
}

function checkPolicy(decision: Decision, life: Life, { entry, site, report }: Look): void {
  const { policy } = decision
  const published = site.published.get(`policy ${policy}`)
  if (published === undefined || published.until <= entry.at)
    report('POLICY_NOT_PUBLISHED', `policy ${policy} was not published, or its signatures had expired`)
  else if (policy !== site.policy)
    report('POLICY_NOT_CURRENT', `expected policy ${site.policy}, which was in force, got ${policy}`)
  if (life.planned !== null && life.planned.plan.policy !== policy)
    report(
      'POLICY_NOT_CURRENT',
      `the plan was made for policy ${life.planned.plan.policy}, ${policy} decided`,
    )
}

/** What the runner signed about the act and the facts must say the same. */
function strangeFacts({ values }: Facts, { action, proposer, scope }: Plan): string[] {
  const expected: Record<string, unknown> = {
    'action.kind': action.kind,
    'action.area': action.area,
    'action.reversibility': action.reversibility,
    'action.privileged': action.privileged,
    'proposer.kind': proposer.kind,
    'scope.targets': scope.targets,
    'scope.services': scope.services,
  }
  return Object.keys(expected).filter((name) => values[name] !== expected[name])
}
