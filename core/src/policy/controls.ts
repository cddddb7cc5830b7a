/** The five controls that hold for a risk class in an area: every row that fits adds up, so a row can only sharpen. */
import type { Facts } from '../facts/schema.ts'
import { minutes } from '../kernel/instant.ts'
import { compareOutcomes, stricter } from './outcome.ts'
import { type Clause, type Control, type Policy, RISK_CLASSES, type RiskClass } from './policy.ts'

/** Holds where a policy says nothing: as careful as it gets without stopping all work. */
const WITHOUT_ROW: Omit<Control, 'risk' | 'area'> = {
  confidence: 0,
  groups: 0,
  approval: 'auto',
  rollback: { window: minutes(5), ifNotBetter: 'escalate' },
  review: { runs: 1, within: minutes(24 * 60) },
  observeFor: minutes(10),
}

/**
 * Thresholds and approval are the sharpest of all rows of this class and milder ones that fit the area; rollback,
 * review and observation time come from the most particular row.
 */
export function controlFor(policy: Policy, risk: RiskClass, area: string): Control {
  const rank = RISK_CLASSES.indexOf(risk)
  const rows = policy.controls
    .filter((row) => RISK_CLASSES.indexOf(row.risk) <= rank && (row.area === null || row.area === area))
    .sort((a, b) => particular(a) - particular(b))
  const sum: Control = { ...WITHOUT_ROW, risk, area }
  for (const row of rows) {
    sum.confidence = Math.max(sum.confidence, row.confidence)
    sum.groups = Math.max(sum.groups, row.groups)
    sum.approval = stricter(sum.approval, row.approval)
    sum.rollback = row.rollback
    sum.review = row.review
    sum.observeFor = row.observeFor
  }
  return sum
}

/** The thresholds of a class and area with their clauses, worked out once per policy: they do not depend on facts. */
export function rulesFor(
  policy: Policy,
  risk: RiskClass,
  area: string,
): { control: Control; clauses: Clause[] } {
  let known = worked.get(policy)
  if (known === undefined) {
    known = new Map()
    worked.set(policy, known)
  }
  const key = `${risk} ${area}`
  let rules = known.get(key)
  if (rules === undefined) {
    const control = controlFor(policy, risk, area)
    rules = { control, clauses: controlClauses(control) }
    known.set(key, rules)
  }
  return rules
}
const worked = new WeakMap<Policy, Map<string, { control: Control; clauses: Clause[] }>>()

/** The class weighs more than the area: a critical row for all areas is more particular than a guarded one for dns. */
function particular(row: Control): number {
  return RISK_CLASSES.indexOf(row.risk) * 2 + (row.area === null ? 0 : 1)
}

/** The thresholds as clauses, so that `because` shows the limit beside the actual value. */
export function controlClauses(control: Control): Clause[] {
  const below = stricter(control.approval, 'confirm')
  const of = `risk class ${control.risk} in area ${control.area}`
  const clauses: Clause[] = []
  if (compareOutcomes(control.approval, 'auto') > 0)
    clauses.push(row('approval', control.approval, `approval: ${control.approval}`, [], () => true, of))
  clauses.push(
    row(
      'confidence',
      below,
      `!(evidence.confidence >= ${control.confidence})`,
      ['evidence.confidence'],
      (facts) => !((facts.values['evidence.confidence'] as number) >= control.confidence),
      of,
    ),
    row(
      'evidence',
      below,
      `!(evidence.groups >= ${control.groups})`,
      ['evidence.groups'],
      (facts) => !((facts.values['evidence.groups'] as number) >= control.groups),
      of,
    ),
  )
  return clauses
}

const SENTENCES = {
  approval: (of: string) => `Every action of ${of} needs people.`,
  confidence: (of: string) => `The evidence makes us less sure than ${of} asks for.`,
  evidence: (of: string) => `Fewer independent sources support it than ${of} asks for.`,
}

function row(
  control: keyof typeof SENTENCES,
  outcome: Clause['outcome'],
  source: string,
  reads: readonly string[],
  when: (facts: Facts) => boolean,
  of: string,
): Clause {
  return {
    id: `control:${control}`,
    says: SENTENCES[control](of),
    outcome,
    when,
    source,
    reads,
    approvers: [],
    exceptions: 'none',
    evidence: [],
    retain: 0,
    owner: 'countersign',
  }
}
