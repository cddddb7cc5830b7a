/** Sentences for what happens to an incident. */
import type { IncidentEvent } from '../incident/incident.ts'
import type { Json } from '../kernel/json.ts'
import { count, maybe, quoted, raw, short, texts, word } from './look.ts'
import { list, quote } from './quote.ts'
import { utc } from './time.ts'

export const INCIDENT_SENTENCES: Record<IncidentEvent['type'], (state: Json) => string> = {
  'incident-opened': (state) => {
    const again = maybe(state, 'recurrenceOf')
    const recurs = again === null ? '' : `; it looks like incident ${again} again`
    return `An incident was opened by alert ${quoted(state, 'alert')}${ofService(state)}, severity ${word(state, 'severity')}${recurs}.`
  },
  'signal-accepted': (state) =>
    `Alert ${quoted(state, 'alert')}${onTarget(state)} was accepted, severity ${word(state, 'severity')}, firing since ${utc(count(state, 'startsAt'))}.`,
  'signal-ended': (state) =>
    `Alert ${short(state, 'fingerprint')} ended, seen by ${quoted(state, 'seenBy')}.`,
  'incident-routed': (state) =>
    `The incident goes to ${ROUTES[raw(state, 'route')] ?? quoted(state, 'route')}: severity ${word(state, 'severity')}, actionability ${word(state, 'actionability')}, because ${quoted(state, 'because')}.`,
  'proposal-linked': (state) =>
    `Runbook ${quoted(state, 'runbook')}${onTarget(state)} was proposed for it (proposal ${quoted(state, 'proposal')}).`,
  'proposal-ended': (state) =>
    `Proposal ${quoted(state, 'proposal')} ended as ${word(state, 'outcome')} because ${quoted(state, 'because')}.`,
  escalated: (state) =>
    `People in role ${quoted(state, 'role')} were called because ${quoted(state, 'because')}; they are asked: ${quoted(state, 'asks')}.`,
  'cause-asked': (state) =>
    `A person is asked for the cause (${list(texts(state, 'options').map((one) => quote(one)))}) because ${quoted(state, 'because')}.`,
  'cause-recorded': (state) => `${quoted(state, 'person')} recorded the cause: ${word(state, 'cause')}.`,
  'incident-taken': (state) => `${quoted(state, 'person')} took the incident over.`,
  'incident-resolved': (state) => `The incident was resolved because ${quoted(state, 'because')}.`,
}

const ROUTES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  repair: 'a published runbook',
  person: 'a person',
  both: 'a published runbook and, at once, a person',
})

function ofService(state: Json): string {
  const service = maybe(state, 'service')
  return service === null ? '' : ` of service ${service}`
}

function onTarget(state: Json): string {
  const target = maybe(state, 'target')
  return target === null ? '' : ` on target ${target}`
}
