/** Decides: computes the facts from plan, evidence, catalogue and record, and lets core's policy answer. */
import { checkFacts } from '@countersign/core/facts/check'
import { storeFacts } from '@countersign/core/facts/stored'
import { correlated } from '@countersign/core/incident/incident'
import type { Json } from '@countersign/core/kernel/json'
import { decide } from '@countersign/core/policy/decide'
import type { Policy } from '@countersign/core/policy/policy'
import { computeFacts, type IncidentFacts } from '@countersign/core/proposal/facts'
import type { Proposal } from '@countersign/core/proposal/proposal'
import { digestOf } from '@countersign/crypto/digest-of'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { routeIncident } from '../incident/routing.ts'
import { openIncidentsOf } from '../incident/store.ts'
import { loadIncident } from '../incident/stream.ts'
import { closeProposal } from '../proposal/close.ts'
import { runbookOf } from '../proposal/steering.ts'
import { appendProposal, type LoadedProposal } from '../proposal/stream.ts'
import { policyInForce } from '../publication/handle.ts'
import { readHistory } from './history.ts'

type Deciding = Extract<Proposal, { phase: 'deciding' }>

export async function decideProposal(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
): Promise<LoadedProposal> {
  const { state } = loaded
  const published = await policyInForce(context, tx)
  if (state.phase !== 'deciding') return loaded
  if (published === null) return closeProposal(tx, context, loaded, 'escalated', 'no policy is in force')
  if (state.planned.signed.plan.policy !== published.digest)
    return appendProposal(tx, context, loaded, [
      { event: { type: 'voided', because: 'the policy changed after the plan was made' } },
    ])
  return appendProposal(tx, context, loaded, [await decision(tx, context, state, published.policy)])
}

async function decision(tx: pg.PoolClient, context: Context, state: Deciding, policy: Policy) {
  const now = context.now()
  const { plan } = state.planned.signed
  const { proposed } = state
  const runbook = runbookOf(state, context)
  const checked = checkFacts(
    computeFacts({
      plan,
      proposer: proposed.proposer,
      catalogue: context.catalogue,
      assessment:
        runbook !== null && runbook.evidence.length > 0 ? (state.reads.at(-1)?.assessment ?? null) : null,
      incident: await incidentFacts(
        tx,
        context,
        proposed.incident,
        plan.targets.map(({ service }) => service),
      ),
      history: await readHistory(tx, plan, runbook, proposed.target, now),
      now,
    }),
  )
  if ('refused' in checked)
    throw new Error(`facts that core computed are refused: ${checked.refused.join('; ')}`)
  const facts = storeFacts(checked.facts)
  const answer = decide(policy, checked.facts, digestOf('countersign/facts/v1', facts as unknown as Json))
  const observing =
    answer.outcome === 'observe' && !state.observedOnce && answer.observeFor !== null
      ? now + answer.observeFor
      : null
  return { event: { type: 'decided' as const, decision: answer, facts, observing } }
}

/**
 * From the incident it is linked to, and from every open one of the services it touches: leaving out or choosing an
 * incident makes nothing milder.
 */
async function incidentFacts(
  tx: pg.PoolClient,
  context: Context,
  id: string | null,
  services: readonly string[],
): Promise<IncidentFacts> {
  const linked = id === null ? [] : [(await loadIncident(tx, id)).state]
  const states = [...linked, ...(await openIncidentsOf(tx, services, id))]
  if (states.length === 0) return null
  return {
    isLinked: linked.some(({ service }) => service !== null && services.includes(service)),
    severity: worstOf(
      SEVERITIES,
      states.map(({ severity }) => severity),
    ),
    actionability: worstOf(
      ACTIONABILITIES,
      states.map((state) => routeIncident(context, state).actionability),
    ),
    correlated: Math.max(...states.map(correlated)),
  }
}

/** From mild to grave. */
const SEVERITIES = ['info', 'minor', 'major', 'critical'] as const
const ACTIONABILITIES = ['high', 'low', 'none'] as const

function worstOf<T>(fromMild: readonly T[], found: readonly T[]): T {
  return fromMild[Math.max(...found.map((one) => fromMild.indexOf(one)))] as T
}
