/** A proposal around its plan: who wants it and why, the evidence (what speaks against it first), who must sign. */
import type { Evidence } from '@countersign/core/evidence/evidence'
import type { Decision } from '@countersign/core/policy/decision'
import { columns } from '../terminal/table.ts'
import { moment, relative } from '../terminal/time.ts'
import { quoted, visible } from '../terminal/visible.ts'
import type { CheckedPlan, Proposal } from './check-plan.ts'
import { type Paint, planText, section } from './show-plan.ts'

export function proposalText(
  proposal: Proposal,
  checked: CheckedPlan | null,
  now: number,
  paint: Paint,
): string {
  return [
    paint('bold', visible(`proposal ${proposal.id}: ${proposal.runbook}`)),
    columns([
      ['  phase', proposal.outcome === null ? proposal.phase : `${proposal.phase}: ${proposal.outcome}`],
      ['  target', proposal.target ?? '-'],
      ['  incident', proposal.incident ?? 'none'],
      ['  proposed by', `${proposal.proposer.kind} "${proposal.proposer.id}", ${moment(proposal.createdAt)}`],
      ...(proposal.waits === null ? [] : [['  waits', WAITS[proposal.waits] ?? proposal.waits]]),
      ...(proposal.because === null ? [] : [['  because', proposal.because]]),
    ]),
    ...(proposal.says === '' ? [] : ['  said (quoted, not checked):', quoted(proposal.says, '    ')]),
    ...evidenceText(proposal.evidence as Partial<Evidence>[], now, paint),
    ...(checked === null ? ['', 'no plan yet'] : [planText(checked.plan, checked.digest, now, paint)]),
    ...decisionText(proposal.decisionFull as Partial<Decision> | null, paint),
    ...askingText(proposal.asking, now, paint),
    ...stepsText(proposal.steps, paint),
  ].join('\n')
}

const WAITS: Readonly<Record<string, string>> = {
  held: 'a hold keeps it back: see `countersign holds`',
  log: 'the log is not whole: see `countersign trail head`',
  busy: 'another act on its target has not ended',
}

const ORDER: readonly (string | undefined)[] = ['against', 'unknown', 'supports']

function evidenceText(items: readonly Partial<Evidence>[], now: number, paint: Paint): string[] {
  const sorted = [...items].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
  const rows = sorted.map(({ verdict = '?', check = '?', group = '?', value = '?', observedAt = 0 }) => {
    const line = `  ${verdict.toUpperCase().padEnd(9)} ${check} (${group}): ${value}, ${relative(observedAt, now)}`
    return verdict === 'against' ? paint('red', visible(line)) : visible(line)
  })
  return section('evidence, what speaks against it first', paint, rows)
}

function decisionText(decision: Partial<Decision> | null, paint: Paint): string[] {
  if (decision === null) return []
  const { outcome = '?', risk = '?', because = [], unknown = [] } = decision
  const rows = because.map(
    ({ clause, says, values, error }) =>
      `  ${visible(`${clause}: ${says} [${values.join(', ')}]${error === null ? '' : ` ERROR: ${error}`}`)}`,
  )
  const facts = unknown.length > 0 ? [`  ${visible(`unknown, taken as risky: ${unknown.join(', ')}`)}`] : []
  return section(visible(`decided: ${outcome}, risk class ${risk}`), paint, [
    ...rows,
    ...facts,
    ...(rows.length + facts.length === 0 ? ['  no clause fired'] : []),
  ])
}

function askingText(asking: Proposal['asking'], now: number, paint: Paint): string[] {
  if (asking === null) return []
  const signed = asking.signedBy.map(({ person, role }) => `${person} (${role})`).join(', ')
  return section('signatures', paint, [
    columns([
      ['  asked', needs(asking.approvers)],
      ['  signed', signed === '' ? 'nobody yet' : signed],
      ['  missing', asking.missing.length === 0 ? 'nothing' : needs(asking.missing)],
      ['  until', `${moment(asking.until)} (${relative(asking.until, now)})`],
    ]),
  ])
}

/** `1 as governance, 1 more person`. The role "any" stands for people of whatever role. */
export function needs(places: readonly { role: string; count: number }[]): string {
  if (places.length === 0) return 'nobody in particular'
  return places
    .map(({ role, count }) =>
      role === 'any' ? `${count} more ${count === 1 ? 'person' : 'people'}` : `${count} as ${role}`,
    )
    .join(', ')
}

function stepsText(steps: readonly unknown[], paint: Paint): string[] {
  const rows = steps.map((one) => {
    const {
      step = '?',
      phase = '?',
      saw = '',
      at = 0,
    } = one as { step?: string; phase?: string; saw?: string; at?: number }
    return [`  ${moment(at)}`, step, phase, saw]
  })
  return section('done so far', paint, [columns(rows)])
}
