/** Sentences for what happens to a proposal, from the wish to the outcome. */
import type { Json } from '../kernel/json.ts'
import type { ProposalEvent } from '../proposal/event.ts'
import { sayConfidence, sayGroups } from './confidence.ts'
import { count, items, look, maybe, quoted, raw, short, texts, word } from './look.ts'
import { list, plural, quote } from './quote.ts'
import { signer, signers } from './signers.ts'
import { utc } from './time.ts'

export const PROPOSAL_SENTENCES: Record<ProposalEvent['type'], (state: Json) => string> = {
  proposed: (state) =>
    `${PROPOSERS[raw(state, 'proposer.kind')] ?? 'Someone'} ${quoted(state, 'proposer.id')} proposed runbook ${quoted(state, 'runbook.id')}${wished(state)}.`,
  'evidence-read': (state) =>
    `Evidence was read (round ${word(state, 'round')}): ${sayGroups(look(state, 'assessment'))}; ${sayConfidence(look(state, 'assessment'))}.`,
  'plan-requested': (state) => `Runner ${quoted(state, 'runner')} was asked for a plan.`,
  planned: (state) =>
    `Runner ${quoted(state, 'plan.plan.runner')} signed a plan (${short(state, 'digest')}) with ${plural(items(state, 'plan.plan.steps').length, 'step')} on ${plural(items(state, 'plan.plan.targets').length, 'target')}.`,
  'not-planned': (state) => `No plan was made: ${refusal(state)}.`,
  decided: (state) =>
    `Policy ${short(state, 'decision.policy')} answered ${word(state, 'decision.outcome')} (risk class ${word(state, 'decision.risk')})${watching(state)}.`,
  observed: () => 'The time of watching is over; evidence and plan are made anew.',
  'approval-opened': (state) =>
    `Signatures were asked for until ${utc(count(state, 'until'))}, first of ${roles(texts(state, 'asked'))}.`,
  approved: (state) => `${signer(state, 'signed')} signed the plan.`,
  'approval-refused': (state) =>
    `A signature of ${quoted(state, 'person')} was refused (${word(state, 'code')}): ${quoted(state, 'says')}.`,
  denied: (state) => `${signer(state, 'signed')} said no to the plan.`,
  'approval-escalated': (state) =>
    `Nobody had answered; role ${quoted(state, 'role')} was asked as well, until ${utc(count(state, 'until'))}.`,
  'approval-closed': (state) => `The request for signatures was closed: ${whyClosed(raw(state, 'why'))}.`,
  'grant-waits': (state) => `It could run, and waits: ${quoted(state, 'because')}.`,
  granted: (state) =>
    `Runner ${quoted(state, 'grant.grant.runner')} got a grant for plan ${short(state, 'grant.grant.plan')}, valid until ${utc(count(state, 'grant.grant.notAfter'))}, resting on ${restsOn(state)}.`,
  voided: (state) => `What was planned became void, and nothing was done: ${quoted(state, 'because')}.`,
  'execution-started': () => 'The runner started.',
  'not-started': (state) => `The runner did not start: ${refusal(state)}.`,
  'step-reported': (state) =>
    `Step ${quoted(state, 'step.step')} is ${word(state, 'step.phase')}; the runner saw ${quoted(state, 'step.saw')}.`,
  'execution-finished': (state) =>
    `The runner finished: ${word(state, 'result')}, because ${quoted(state, 'why')}.`,
  'health-opened': (state) =>
    `Health is watched until ${utc(count(state, 'until'))}; ${plural(count(state, 'samples'), 'good sample')} in a row are needed.`,
  'health-judged': (state) =>
    `${HEALTH[raw(state, 'better')] ?? 'Health was judged'}: ${word(state, 'held')} of ${word(state, 'of')} samples held.`,
  'undo-requested': (state) =>
    `The undo was ordered because ${quoted(state, 'because')}${items(state, 'acts').length > 0 ? `, signed by ${signers(state, 'acts')}` : ''}.`,
  undone: (state) =>
    `${look(state, 'complete') === true ? 'It was undone completely' : 'The undo is not complete'}: ${quoted(state, 'why')}.`,
  interrupted: (state) => `${signer(state, 'signed')} stepped in: ${word(state, 'how')}.`,
  closed: (state) => `Closed as ${word(state, 'outcome')} because ${quoted(state, 'because')}.`,
}

const table = (rows: Record<string, string>): Readonly<Record<string, string>> =>
  Object.assign(Object.create(null), rows)

export const PROPOSERS = table({ detector: 'Detector', agent: 'AI agent', person: 'Person' })

const HEALTH = table({
  yes: 'Health was confirmed',
  no: 'Health did not get better',
  blind: 'Health could not be read',
})

/** The reason why a request for signatures ended. */
export function whyClosed(why: string): string {
  if (why === 'unanswered') return 'nobody answered'
  if (why === 'plan-expired') return 'the plan expired first'
  return why === 'superseded' ? 'another proposal took its place' : quote(why)
}

/** `STATE_MOVED: "the record changed"`. */
export function refusal(state: Json): string {
  return `${quoted(state, 'refused.says')} (${word(state, 'refused.code')})`
}

/** ` for target "web1" of service "shop"`, as wished. */
export function wished(state: Json): string {
  const [target, service] = [maybe(state, 'target'), maybe(state, 'service')]
  if (target === null) return service === null ? '' : ` for service ${service}`
  return ` for target ${target}${service === null ? '' : ` of service ${service}`}`
}

function roles(asked: readonly string[]): string {
  return asked.length === 0 ? 'nobody in particular' : `role ${list(asked.map((one) => quote(one)))}`
}

function watching(state: Json): string {
  const until = look(state, 'observing')
  return typeof until === 'number' ? `; it is watched until ${utc(until)}` : ''
}

function restsOn(state: Json): string {
  const acts = items(state, 'grant.acts')
  return acts.length === 0 ? 'no signature' : `the signatures of ${signers(state, 'grant.acts')}`
}
