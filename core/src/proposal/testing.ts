/** Events of a proposal for tests, and histories that lead into each phase. */
import { type Outcome as Answer, decisionOf, grantOf, planOf } from '../audit/testing/parts.ts'
import { START, sign } from '../audit/testing/site.ts'
import { assess } from '../evidence/assess.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Plan } from '../plan/plan.ts'
import type { Runbook } from '../runbook/runbook.ts'
import type { ProposalEvent } from './event.ts'
import type { Steering } from './next.ts'
import { evolveProposal, newProposal, type Proposal } from './proposal.ts'

export const DIGEST: Digest = `sha256:${'0'.repeat(64)}`
export const MINUTE = 60_000
export const LADDER = [
  { role: 'sre', after: MINUTE },
  { role: 'lead', after: MINUTE },
]
export const RUNBOOK = { health: { ifNotBetter: 'undo' } } as Runbook

export const steering = (changes: Partial<Steering> = {}): Steering => ({
  now: START,
  ladder: LADDER,
  runbook: RUNBOOK,
  onePerson: false,
  ...changes,
})

export const PLAN = planOf('dns', 'p-1', START)
export const approval = (person: string, role: string): ProposalEvent => ({
  type: 'approved',
  signed: sign(person, role, 'approve', DIGEST, START),
})
export const proposed: ProposalEvent = {
  type: 'proposed',
  incident: null,
  runbook: PLAN.runbook,
  parameters: {},
  intent: PLAN.intent,
  proposer: PLAN.proposer,
  expectedStateVersion: null,
  service: 'shop',
  target: 'zone-shop',
}
export const evidence: ProposalEvent = {
  type: 'evidence-read',
  round: 1,
  items: [],
  assessment: assess([], START),
}
export const requested: ProposalEvent = { type: 'plan-requested', plan: 'x', task: 't', runner: 'runner-1' }
export const planned = (changes: Partial<Plan> = {}): ProposalEvent => ({
  type: 'planned',
  plan: { plan: { ...PLAN, ...changes }, signature: 's' },
  digest: DIGEST,
})
export const decided = (outcome: Answer, observing: number | null = null, changes = {}): ProposalEvent => {
  const { decision } = decisionOf(PLAN, outcome)
  return {
    type: 'decided',
    decision: { ...decision, ...changes },
    facts: { version: 1, values: {}, unknown: [] },
    observing,
  }
}
export const opened: ProposalEvent = {
  type: 'approval-opened',
  approvers: [],
  asked: ['sre'],
  authors: [],
  rung: 0,
  until: START + MINUTE,
}
export const granted: ProposalEvent = { type: 'granted', grant: grantOf(PLAN, 'auto', [], START), task: 't' }
export const step = (phase: 'applying' | 'verified' | 'failed'): ProposalEvent => ({
  type: 'step-reported',
  grant: 'g',
  step: { step: 'change', phase, at: START, saw: '', stateVersion: null },
})
export const started: ProposalEvent = { type: 'execution-started', grant: 'g' }
export const interrupted = (how: 'abort' | 'reverse' | 'take'): ProposalEvent => ({
  type: 'interrupted',
  how,
  signed: sign('sre-1', 'sre', how, DIGEST, START),
  reason: DIGEST,
})
export const finished = (
  result: 'succeeded' | 'failed' | 'undone' | 'unknown' | 'stopped' | 'nothing-done',
): ProposalEvent => ({
  type: 'execution-finished',
  grant: 'g',
  result,
  why: 'as reported',
})
export const watched: ProposalEvent = { type: 'health-opened', until: START + MINUTE, samples: 3 }
export const judged = (better: 'yes' | 'no' | 'blind'): ProposalEvent => ({
  type: 'health-judged',
  better,
  held: 0,
  of: 3,
  values: [],
})
export const refused = (code: 'STATE_MOVED' | 'HELD') => ({
  code,
  says: `it is ${code}`,
  limits: [],
  conditions: [],
})
export const notStarted = (code: 'STATE_MOVED' | 'HELD'): ProposalEvent => ({
  type: 'not-started',
  grant: 'g',
  refused: refused(code),
})
export const voided: ProposalEvent = { type: 'voided', because: 'it moved' }
export const denial: ProposalEvent = {
  type: 'denied',
  signed: sign('sre-1', 'sre', 'deny', DIGEST, START),
  reason: DIGEST,
}
export const undone = (complete: boolean): ProposalEvent => ({
  type: 'undone',
  complete,
  why: 'as reported',
  steps: [],
})
export const undoing: ProposalEvent = { type: 'undo-requested', because: 'b', task: 'u', acts: [] }
export const closed: ProposalEvent = { type: 'closed', outcome: 'resolved', because: 'b' }
export const unanswered = (why: 'unanswered' | 'plan-expired' | 'superseded'): ProposalEvent => ({
  type: 'approval-closed',
  why,
})

export const fold = (...events: ProposalEvent[]): Proposal =>
  events.reduce((state, event) => evolveProposal(state, event, START), newProposal)
export const toPlan: ProposalEvent[] = [proposed, evidence, requested]
export const toDecision = (outcome: Answer, changes: Partial<Plan> = {}) => [
  ...toPlan,
  planned(changes),
  decided(outcome),
]
export const toAsking = (outcome: Answer) => [...toDecision(outcome), opened]
export const toGrant = [...toDecision('auto'), granted]
export const toFinish = [...toGrant, started, step('verified'), finished('succeeded')]
export const toJudge = (better: 'yes' | 'no' | 'blind') => [...toFinish, watched, judged(better)]
