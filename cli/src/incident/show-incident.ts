/** An incident as a person reads it: where it stands, one line per entry, and the paragraph that explains it. */
import type { Reply } from '@countersign/client/client'
import type { Paint } from '../plan/show-plan.ts'
import { columns } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'
import { PROSE_WIDTH, quoted, visible, wrapped } from '../terminal/visible.ts'

export type Incident = Reply<'getIncident'>

export function incidentText(incident: Incident, paint: Paint): string {
  const { id, title, status, severity, service, firing, waitsFor, recurrenceOf, targets } = incident
  return [
    paint('bold', visible(`incident ${id}: ${title}`)),
    columns([
      ['  status', `${status}, ${severity}, ${firing} signal${firing === 1 ? '' : 's'} firing`],
      ['  service', `${service ?? 'unknown'}${targets.length > 0 ? ` (${targets.join(', ')})` : ''}`],
      ['  opened', moment(incident.openedAt)],
      ...(waitsFor === null ? [] : [['  waits for', waitsFor]]),
      ...(recurrenceOf === null ? [] : [['  again after', recurrenceOf]]),
    ]),
    ...proposalsText(incident, paint),
    '',
    paint('bold', 'timeline'),
    timelineText(incident.timeline),
    '',
    paint('bold', 'in short'),
    quoted(wrapped(incident.explanation, PROSE_WIDTH)),
  ].join('\n')
}

function proposalsText({ proposals }: Incident, paint: Paint): string[] {
  if (proposals.length === 0) return []
  return [
    '',
    paint('bold', 'proposals'),
    columns(proposals.map(({ id, runbook, phase, outcome }) => [`  ${id}`, runbook, outcome ?? phase])),
  ]
}

export function timelineText(timeline: Incident['timeline']): string {
  if (timeline.length === 0) return '  nothing yet'
  return columns(
    timeline.map(({ at, actor, says }) => [`  ${moment(at)}`, `${actor.kind} ${actor.id}`, says]),
  )
}
