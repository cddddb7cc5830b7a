/** Looks at the world for a proposal: the evidence before, the health after. Blind samples never count as healthy. */
import { assess } from '@countersign/core/evidence/assess'
import type { Evidence } from '@countersign/core/evidence/evidence'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { readChecks } from '../evidence/read.ts'
import { runbookOf } from './steering.ts'
import { hint, type ProposalFact } from './stream.ts'

/** A job may come this much early, in milliseconds: timers and clocks are not one. */
const CLOCK_GRAIN = 50

type Reading = Extract<Proposal, { phase: 'reading' }>
type Watching = Extract<Proposal, { phase: 'watching' }>

export async function assessNow(context: Context, state: Reading): Promise<ProposalFact[]> {
  const runbook = runbookOf(state, context)
  const checks = runbook?.evidence ?? []
  const items = await readChecks(context, checks, state.proposed.parameters)
  const assessment = assess(items, context.now())
  return [{ event: { type: 'evidence-read', round: state.reads.length + 1, items, assessment } }]
}

/**
 * One sample. The window is counted in samples, so that a clock that jumps or a server that was down proves nothing.
 * Answers with the verdict once enough held in a row, or once the window is used up.
 */
export async function sampleHealth(context: Context, id: string, state: Watching): Promise<ProposalFact[]> {
  const runbook = runbookOf(state, context)
  if (runbook === null) return judged('blind', [])
  if (await isTooEarly(context, id, runbook)) return []
  const items = await readChecks(context, runbook.health.checks, state.proposed.parameters)
  const held = heldOf(items)
  const says = items.map(({ check, value }) => `${check}: ${value}`).join('; ')
  return inTransaction(context.pool, async (tx) => {
    const { rows } = await tx.query<Sample>(
      'select held, says from health_sample where proposal = $1 order by no for update',
      [id],
    )
    const samples = [...rows, { held, says }]
    const verdict = judge(runbook, samples)
    const { rowCount } = await tx.query(
      `insert into health_sample (proposal, no, held, says, at) values ($1,$2,$3,$4,$5)
        on conflict do nothing`,
      [id, samples.length, held, says, context.now()],
    )
    // A job that ran twice looked at the same moment: that is one sample, and the other job goes on with it.
    if (rowCount === 0) return []
    if (verdict !== null) return judged(verdict, samples)
    await hint(tx, id, context.now() + runbook.health.interval)
    return []
  })
}

/** The job may run more often than the runbook says to look; a window of looks that came too fast would be too short. */
async function isTooEarly(context: Context, id: string, runbook: Runbook): Promise<boolean> {
  const { rows } = await context.pool.query<{ at: number }>(
    'select at from health_sample where proposal = $1 order by no desc limit 1',
    [id],
  )
  const since = context.now() - (rows[0]?.at ?? 0)
  const left = runbook.health.interval - since
  if (rows.length === 0 || since < 0 || left <= CLOCK_GRAIN) return false
  await inTransaction(context.pool, (tx) => hint(tx, id, context.now() + left))
  return true
}

type Held = 'yes' | 'no' | 'blind'
type Sample = { held: Held; says: string }

function heldOf(items: readonly Evidence[]): Held {
  if (items.length === 0) return 'blind'
  if (items.some(({ verdict }) => verdict === 'against')) return 'no'
  return items.some(({ verdict }) => verdict === 'unknown') ? 'blind' : 'yes'
}

function judge({ health }: Runbook, samples: readonly Sample[]): Held | null {
  const last = samples.slice(-health.samples)
  if (last.length === health.samples && last.every(({ held }) => held === 'yes')) return 'yes'
  const most = Math.max(health.samples, Math.ceil(health.window / health.interval))
  if (samples.length < most) return null
  return samples.at(-1)?.held === 'blind' ? 'blind' : 'no'
}

function judged(better: Held, samples: readonly Sample[]): ProposalFact[] {
  const held = samples.filter((sample) => sample.held === 'yes').length
  const values = samples.slice(-3).map(({ says }) => says)
  return [{ event: { type: 'health-judged', better, held, of: samples.length, values } }]
}
