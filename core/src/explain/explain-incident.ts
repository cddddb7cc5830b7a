/** The part of the paragraph that is about the incident: what set it off, who was called, how it ended. */
import type { Instant } from '../kernel/instant.ts'
import type { Told } from './look.ts'
import { look, maybe, quoted, word } from './look.ts'
import { all, last } from './pick.ts'
import { list, plural, quote } from './quote.ts'
import { duration, utc } from './time.ts'

export function sayTrigger(incident: readonly Told[]): string[] {
  const signals = all(incident, 'signal-accepted')
  const opened = incident.find((entry) => entry.type === 'incident-opened')
  const first = signals[0] ?? opened
  if (first === undefined) return []
  const names = [
    ...new Set(signals.map(({ state }) => maybe(state, 'target')).filter((name) => name !== null)),
  ]
  const alerts = [
    ...new Set([...signals, ...(opened ? [opened] : [])].map(({ state }) => quoted(state, 'alert'))),
  ]
  const service = opened === undefined ? null : maybe(opened.state, 'service')
  const where = names.length > 0 ? ` on ${list(names)}` : ''
  const about = service === null ? '' : ` of service ${service}`
  const many = signals.length > 1 ? ` (${plural(signals.length, 'signal')})` : ''
  const again = opened === undefined ? null : maybe(opened.state, 'recurrenceOf')
  const recurs = again === null ? '' : `; it looks like incident ${again} again`
  const sentence = `At ${utc(first.at)} alert ${list(alerts)}${where}${about} fired with ${word(first.state, 'severity')} severity${many}${recurs}.`
  return [sentence, ...sayRoute(incident)]
}

/** Only where the route itself explains what followed: people were needed. */
function sayRoute(incident: readonly Told[]): string[] {
  const routed = last(incident, 'incident-routed')
  const route = look(routed?.state, 'route')
  if (routed === null || (route !== 'person' && route !== 'both')) return []
  const whom = route === 'both' ? 'A person was called at once beside the runbook' : 'It was left to a person'
  return [`${whom}, because ${quoted(routed.state, 'because')}.`]
}

export function sayPeopleCalled(incident: readonly Told[]): string[] {
  const calls = all(incident, 'escalated')
  const sentences: string[] = []
  const call = calls.at(-1)
  if (call !== undefined) {
    const roles = [...new Set(calls.map(({ state }) => quoted(state, 'role')))]
    sentences.push(`People in role ${list(roles)} were called because ${quoted(call.state, 'because')}.`)
  }
  const taken = last(incident, 'incident-taken')
  if (taken !== null) sentences.push(`${quoted(taken.state, 'person')} took the incident over.`)
  const cause = last(incident, 'cause-recorded')
  if (cause !== null)
    sentences.push(`${quoted(cause.state, 'person')} recorded the cause: ${word(cause.state, 'cause')}.`)
  return sentences
}

/** How the incident itself stands; a closed proposal does not end it. */
export function sayUnresolved(incident: readonly Told[], hasProposals: boolean, first: Instant): string[] {
  if (incident.length === 0) return []
  const resolved = last(incident, 'incident-resolved')
  if (resolved !== null)
    return [
      `The incident was resolved after ${duration(resolved.at - first)}, because ${quoted(resolved.state, 'because')}.`,
    ]
  const aside = all(incident, 'signal-set-aside')
  const opened = incident.some(({ type }) => type === 'incident-opened' || type === 'signal-accepted')
  if (!opened)
    return aside.map(
      ({ state }) => `A signal was set aside because ${quote(reason(state))}; nothing was done.`,
    )
  return [
    hasProposals ? 'The incident is still open.' : 'Nothing was proposed, and the incident is still open.',
  ]
}

function reason(state: Told['state']): string {
  const text = look(state, 'because')
  return typeof text === 'string' ? text : '?'
}
