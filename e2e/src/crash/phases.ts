/** The phases of a proposal's life and the programs that may die in them: the crash table is their product. */
import type { ProposalEvent } from '@countersign/core/proposal/event'

export type Phase = {
  id: string
  /** The entry of the trail that marks it, and what else its state must say. */
  type: ProposalEvent['type']
  says?: string
  /** Where the runner writes it down first: what its journal line then holds. */
  journal?: string
}

const EVERY: readonly Phase[] = [
  { id: 'proposed', type: 'proposed' },
  { id: 'evidence-read', type: 'evidence-read' },
  { id: 'plan-requested', type: 'plan-requested' },
  { id: 'planned', type: 'planned', journal: '"type":"planned","task"' },
  { id: 'decided', type: 'decided' },
  { id: 'granted', type: 'granted' },
  { id: 'execution-started', type: 'execution-started', journal: '"type":"granted"' },
  { id: 'applying', type: 'step-reported', says: '"applying"', journal: '"type":"applying"' },
  { id: 'verified', type: 'step-reported', says: '"verified"', journal: '"phase":"verified"' },
  { id: 'execution-finished', type: 'execution-finished', journal: '"type":"finished"' },
  { id: 'health-opened', type: 'health-opened' },
  { id: 'health-judged', type: 'health-judged' },
  { id: 'closed', type: 'closed' },
]

export const VICTIMS = ['server', 'runner', 'postgres'] as const
export type VictimId = (typeof VICTIMS)[number]
export type Row = { phase: Phase; victim: VictimId }

export const FULL: readonly Row[] = EVERY.flatMap((phase) => VICTIMS.map((victim) => ({ phase, victim })))

/** Every phase once, and every program in turn. */
export const DIAGONAL: readonly Row[] = EVERY.map((phase, i) => ({
  phase,
  victim: VICTIMS[i % VICTIMS.length] ?? 'server',
}))

/** The three closest to the act itself, one for each program. */
export const NARROW: readonly Row[] = FULL.filter(({ phase, victim }) =>
  ['server granted', 'runner applying', 'postgres verified'].includes(`${victim} ${phase.id}`),
)
