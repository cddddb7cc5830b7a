/** An incident while it moves, as a tree of a few lines: where it stands, its proposals, what happened last. */
import type { Paint } from '../plan/show-plan.ts'
import { moment } from '../terminal/time.ts'
import { visible } from '../terminal/visible.ts'
import type { Incident } from './show-incident.ts'

const LAST = 8

/** Each line at most `width` columns, so that redrawing can count them. */
export function incidentTree(incident: Incident, width: number, paint: Paint): string[] {
  const { title, status, severity, firing, waitsFor, proposals, timeline } = incident
  const cut = (text: string): string => {
    const shown = [...visible(text)]
    return shown.length <= width ? shown.join('') : `${shown.slice(0, width - 1).join('')}…`
  }
  const branch = (index: number, count: number): string => (index === count - 1 ? '└─' : '├─')
  const last = timeline.slice(-LAST)
  const waits = waitsFor === null ? '' : `, waits for ${waitsFor}`
  return [
    paint('bold', cut(title)),
    cut(`├─ ${status}, ${severity}, ${firing} firing${waits}`),
    ...proposals.flatMap(({ id, runbook, phase, outcome }) => {
      const line = cut(`├─ ${runbook}: ${outcome ?? phase}  ${id}`)
      return [
        outcome === 'resolved' ? paint('green', line) : phase === 'asking' ? paint('yellow', line) : line,
      ]
    }),
    cut(`└─ ${timeline.length} entries${timeline.length > LAST ? `, the last ${LAST}` : ''}`),
    ...last.map(({ at, says }, index) =>
      cut(`   ${branch(index, last.length)} ${moment(at).slice(11)} ${says}`),
    ),
  ]
}
