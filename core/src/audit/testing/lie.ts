/** What liars do to a log: they hold its keys and those of machines, and none of people. */

import { subjectDigest } from '../../act/subject.ts'
import type { Json } from '../../kernel/json.ts'
import type { AuditCode } from '../finding.ts'
import type { decisionOf } from './parts.ts'
import type { Log, LogEntry } from './site.ts'
import { digestOf, SITE, START, sign, signMachine, trustBody } from './site.ts'
import { Story, withSite } from './story.ts'

export const DAY = 86_400_000

// biome-ignore lint/suspicious/noExplicitAny: a liar writes whatever there is
export type Any = any

export type Lie = { name: string; finds: AuditCode[]; log: () => Log }

/** The last entry of a type; throws where a story has none, since then there is nothing to lie about. */
export function lastOf(log: Log, type: string): LogEntry {
  const entry = log.entries.findLast((one) => one.type === type)
  if (entry === undefined) throw new Error(`the story has no entry of type "${type}"`)
  return entry
}

/** Changes the state of the last entry of a type; the liar holds the log key, so that the trail still verifies. */
export function edit(log: Log, type: string, change: (state: Any) => void): void {
  const entry = lastOf(log, type)
  const state = JSON.parse(JSON.stringify(entry.state))
  change(state)
  entry.state = state
}

export function drop(log: Log, type: string): void {
  log.entries.splice(log.entries.indexOf(lastOf(log, type)), 1)
}

/** Moves the last entry of a type before the last one of another, and dates it like that one. */
export function move(log: Log, type: string, before: string): void {
  const entry = lastOf(log, type)
  drop(log, type)
  const other = lastOf(log, before)
  log.entries.splice(log.entries.indexOf(other), 0, { ...entry, at: other.at })
}

/** A dns story up to and with the decision. */
export function decided(outcome: Parameters<typeof decisionOf>[1], changes = {}, log = withSite()): Story {
  const story = new Story(log, 'dns', 'p-1', changes)
  story.propose()
  story.read()
  story.planIt()
  story.decide(outcome)
  return story
}

export function finish(story: Story): Log {
  story.run()
  story.health('yes')
  story.close('resolved', 'health was confirmed')
  return story.log
}

export function denied(): Story {
  const story = decided('authorize')
  story.ask()
  story.deny('sre-2', 'sre')
  story.close('denied', 'a person said no to it')
  return story
}

export function hold(log: Log, id = 'h-1', scope: Json = { kind: 'area', id: 'dns' }): void {
  const document = { scope: scope as { kind: 'everything' }, reason: 'storm', until: log.now() + DAY }
  const signed = sign('sre-1', 'sre', 'hold', subjectDigest(digestOf, 'hold', document), log.now())
  const { reason, ...state } = document
  log.add('site', 'hold-set', 'person sre-1', { id, ...state, signed }, { reason })
}

export function lift(log: Log, person = 'sre-1', role = 'sre'): void {
  const signed = sign(person, role, 'resume', subjectDigest(digestOf, 'resume', { hold: 'h-1' }), log.now())
  log.add('site', 'hold-lifted', `person ${person}`, { id: 'h-1', signed })
}

/** Makes the grant anew, rightly signed by the grant key, after `change`. */
export function regrant(log: Log, change: (grant: Any, state: Any) => void): void {
  edit(log, 'granted', (state) => {
    change(state.grant.grant, state)
    state.grant.signature = signMachine('grant-1', 'countersign/grant/v1', state.grant.grant)
  })
}

/** Makes the plan anew, rightly signed by its runner; everything after it stays as it was. */
export function replan(log: Log, change: (plan: Any) => void): void {
  edit(log, 'planned', (state) => {
    change(state.plan.plan)
    state.plan.signature = signMachine('runner-1', 'countersign/plan/v1', state.plan.plan)
    state.digest = digestOf('countersign/plan/v1', state.plan.plan)
  })
}

/** Both people sign, but the grant carries `acts` instead. */
export function signedBy(...people: [person: string, role: string][]): Log {
  const story = decided('authorize')
  story.ask()
  for (const [person, role] of people) story.approve(person, role)
  story.grant('authorize')
  return finish(story)
}

export function nextTrust(log: Log, by: string[], changes: Parameters<typeof trustBody>[0] = {}): void {
  const body = trustBody({ version: 2, site: SITE, previous: SITE, issuedAt: START, ...changes })
  const subject = digestOf('countersign/trust/v1', body as unknown as Json)
  const acts = by.map((person) => sign(person, person === 'sre-2' ? 'sre' : 'admin', 'trust', subject, START))
  log.add('site', 'trust-recorded', 'control-plane server', { body, acts })
}
