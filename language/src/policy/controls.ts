/** Checks the control table: a row for all areas per class, no row twice, and no class milder than the one below. */
import { compareOutcomes } from '@countersign/core/policy/outcome'
import { RISK_CLASSES } from '@countersign/core/policy/policy'
import type { Source } from '../reading/document.ts'
import type { Problem } from '../reading/problem.ts'
import type { PolicyFile } from './schema.ts'

type Row = PolicyFile['controls'][number]

export function checkControls(source: Source, rows: readonly Row[]): Problem[] {
  const problems: Problem[] = []
  const at = (path: PropertyKey[], message: string, hint: string) =>
    problems.push({ file: source.file, ...source.placeOf(['controls', ...path]), message, hint })
  for (const risk of RISK_CLASSES)
    if (!rows.some((row) => row.risk === risk && row.area === undefined))
      at(
        [],
        `no row of the control table holds for risk class ${risk}`,
        `add a row with risk: ${risk} and no area`,
      )
  for (const [index, row] of rows.entries()) {
    const first = rows.findIndex((other) => other.risk === row.risk && other.area === row.area)
    if (first !== index)
      at(
        [index],
        `a second row for risk class ${row.risk}${row.area ? ` in area ${row.area}` : ''}`,
        'keep one of them',
      )
    for (const base of rows)
      if (isBelow(base, row)) compareRows(base, row, (key, message) => at([index, key], message, HINT))
  }
  return problems
}

const HINT = 'a sharper row or a riskier class may only ask for more'

/** Whether `base` also holds wherever `row` does: the same class for all areas, or the same area one class down. */
function isBelow(base: Row, row: Row): boolean {
  if (base === row) return false
  const sameClass = base.risk === row.risk && base.area === undefined && row.area !== undefined
  const milder = RISK_CLASSES.indexOf(base.risk) < RISK_CLASSES.indexOf(row.risk) && base.area === row.area
  return sameClass || milder
}

function compareRows(base: Row, row: Row, say: (key: string, message: string) => void): void {
  const of = `the row for ${base.risk}${base.area ? ` in ${base.area}` : ''}`
  if (row.confidence < base.confidence)
    say('confidence', `confidence ${row.confidence} is below ${base.confidence} of ${of}`)
  if (row.groups < base.groups) say('groups', `groups ${row.groups} is below ${base.groups} of ${of}`)
  if (compareOutcomes(row.approval, base.approval) < 0)
    say('approval', `approval ${row.approval} is milder than ${base.approval} of ${of}`)
}
