/** The part of the paragraph about why: what was proposed, what the evidence was, what policy said of the plan. */

import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { sayConfidence, sayGroups } from './confidence.ts'
import type { Told } from './look.ts'
import { items, look, maybe, quoted, raw, short, texts, word } from './look.ts'
import { all, last } from './pick.ts'
import { list, plural, quote } from './quote.ts'
import { PROPOSERS, refusal, wished } from './says-proposal.ts'
import { utc } from './time.ts'

/** With the time where nothing came before it: then the wish itself is the trigger. */
export function sayProposed(life: readonly Told[], first: Instant): string[] {
  const proposed = life.find(({ type }) => type === 'proposed')
  if (proposed === undefined) return []
  const { state, at } = proposed
  const who = `${PROPOSERS[raw(state, 'proposer.kind')] ?? 'Someone'} ${quoted(state, 'proposer.id')}`
  const when = at === first ? `At ${utc(at)} ` : ''
  const text = `${when}${who} proposed runbook ${quoted(state, 'runbook.id')}${wished(state)}.`
  return [when === '' ? text : text.replace(/ (Detector|Person|Someone) /, (kind) => kind.toLowerCase())]
}

/** The last reading counts: it is what the decision rested on. */
export function sayEvidence(life: readonly Told[]): string[] {
  const read = last(life, 'evidence-read')
  if (read === null) return []
  const assessment = look(read.state, 'assessment')
  return [
    `Of the evidence that Countersign read itself, ${sayGroups(assessment)}; ${sayConfidence(assessment)}.`,
  ]
}

export function sayPlan(life: readonly Told[]): string[] {
  const voids = all(life, 'voided')
  const again = voids.map(
    ({ state }) => `A first plan became void before anything was done, because ${quoted(state, 'because')}.`,
  )
  if (voids.length > 1)
    again.splice(
      0,
      again.length,
      `${plural(voids.length, 'plan')} became void before anything was done, the last because ${quoted(voids.at(-1)?.state, 'because')}.`,
    )
  const failed = last(life, 'not-planned')
  if (failed !== null)
    return [...again, `No plan could be made, and nothing was done: ${refusal(failed.state)}.`]
  const planned = last(life, 'planned')
  return planned === null ? again : [...again, sayPlanned(look(planned.state, 'plan.plan'))]
}

function sayPlanned(plan: Json | undefined): string {
  const steps = items(plan, 'steps')
  const undoable = steps.filter(
    (step) => look(step, 'undo') !== null && look(step, 'undo') !== undefined,
  ).length
  const undo =
    undoable === 0
      ? 'no undo'
      : undoable === steps.length
        ? 'an undo for all of it'
        : `an undo for ${undoable} of them`
  const targets = [...new Set(items(plan, 'targets').map((target) => quoted(target, 'id')))]
  const limits = items(plan, 'limits').map(
    (limit) =>
      `${quoted(limit, 'says')} (limit ${quoted(limit, 'limit')}, actual ${quoted(limit, 'actual')})`,
  )
  const hits = limits.length === 0 ? '' : `; it hits a hard limit: ${list(limits)}`
  const changes = sayChanges(steps)
  return `Runner ${quoted(plan, 'runner')} planned ${plural(steps.length, 'step')} on ${list(targets) || 'no target'}${changes}, with ${undo}${hits}.`
}

/** In brackets, the first few differences that people read before they sign: each path with its old and new value. */
function sayChanges(steps: readonly Json[]): string {
  const changes = steps
    .flatMap((step) => items(step, 'diff'))
    .map((change) => {
      const [from, to] = [quotedOr(change, 'from', 'nothing'), quotedOr(change, 'to', 'nothing')]
      return `${quoted(change, 'path')} from ${from} to ${to}`
    })
  return changes.length === 0 ? '' : ` (${list(changes, 4)})`
}

function quotedOr(state: Json, path: string, otherwise: string): string {
  return look(state, path) === null ? otherwise : quoted(state, path)
}

export function sayDecision(life: readonly Told[]): string[] {
  const decided = last(life, 'decided')
  if (decided === null) return []
  const decision = look(decided.state, 'decision')
  const watched = life.some(({ type }) => type === 'observed')
    ? ['It was watched first, as policy asked.']
    : []
  const because = decisive(decision)
  const clauses = because.length === 0 ? '' : `, because ${list(because.slice(0, 3))}`
  const more = because.length > 3 ? ` (and ${plural(because.length - 3, 'further clause')})` : ''
  return [
    ...watched,
    `Policy ${short(decision, 'policy')} put the plan in risk class ${word(decision, 'risk')} and answered ${word(decision, 'outcome')}${clauses}${more}.`,
  ]
}

/** The fired clauses that made the outcome as strict as it is, with the values they read. */
function decisive(decision: Json | undefined): string[] {
  const outcome = look(decision, 'outcome')
  return items(decision, 'because')
    .filter((reason) => look(reason, 'outcome') === outcome || maybe(reason, 'error') !== null)
    .map((reason) => {
      const values = texts(reason, 'values').map((value) => quote(value, 80).slice(1, -1))
      const error = maybe(reason, 'error')
      const failed = error === null ? [] : [`it could not be told: ${error}`]
      return `${quoted(reason, 'says', 200)} (${[`clause ${word(reason, 'clause')}`, ...values, ...failed].join('; ')})`
    })
}
