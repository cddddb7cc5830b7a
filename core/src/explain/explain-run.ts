/** The part of the paragraph about what was done, what was taken back, whether it helped, and how it ended. */
import type { Duration, Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Told } from './look.ts'
import { items, look, quoted, raw, word } from './look.ts'
import { all, last, sinceVoid } from './pick.ts'
import { list, plural } from './quote.ts'
import { refusal } from './says-proposal.ts'
import { duration } from './time.ts'

export function sayExecution(whole: readonly Told[]): string[] {
  const life = sinceVoid(whole)
  const refused = last(life, 'not-started')
  if (refused !== null) return [`The runner did not start, and nothing was done: ${refusal(refused.state)}.`]
  if (last(life, 'granted') === null) return []
  return [...saySteps(life), ...sayResult(life)]
}

function saySteps(life: readonly Told[]): string[] {
  const plan = look(last(life, 'planned')?.state, 'plan.plan')
  const latest = new Map<string, Json>()
  for (const { state } of all(life, 'step-reported')) latest.set(raw(state, 'step.step'), state)
  if (latest.size === 0) return []
  const parts = [...latest].slice(0, 5).map(([id, state]) => {
    const step = items(plan, 'steps').find((one) => look(one, 'id') === id)
    const what = step === undefined ? '' : ` (${word(step, 'uses')} on ${quoted(step, 'target')})`
    return `step ${quoted(state, 'step.step')}${what} ${phrase(raw(state, 'step.phase'))}`
  })
  const more = latest.size > 5 ? ` and ${plural(latest.size - 5, 'further step')}` : ''
  return [`It went as follows: ${list(parts)}${more}.`]
}

const PHASES: Readonly<Record<string, string>> = {
  'already-done': 'was already done',
  applying: 'was begun',
  verified: 'was applied and verified',
  failed: 'failed',
  moved: 'was not done, because the target had moved',
  unknown: 'has an unknown effect',
  undone: 'was undone',
  'undo-failed': 'could not be undone',
}

function phrase(phase: string): string {
  return (
    (Object.hasOwn(PHASES, phase) ? PHASES[phase] : undefined) ??
    'was reported in a way this version does not know'
  )
}

function sayResult(life: readonly Told[]): string[] {
  const finished = last(life, 'execution-finished')
  if (finished !== null) {
    if (raw(finished.state, 'result') === 'succeeded') return []
    return [
      `The execution ended as ${word(finished.state, 'result')}, because ${quoted(finished.state, 'why')}.`,
    ]
  }
  if (last(life, 'undone') !== null) return []
  const started = life.some(({ type }) => type === 'execution-started' || type === 'step-reported')
  return [
    started
      ? 'No end of the execution is recorded, so its effect is unknown.'
      : 'It is not recorded whether the runner started.',
  ]
}

export function sayUndo(whole: readonly Told[]): string[] {
  const life = sinceVoid(whole)
  const asked = last(life, 'undo-requested')
  const undone = last(life, 'undone')
  const why = asked === null ? [] : [`The undo was ordered because ${quoted(asked.state, 'because')}.`]
  if (undone === null) return asked === null ? [] : [...why, 'No end of the undo is recorded.']
  const complete = look(undone.state, 'complete') === true
  const steps = items(undone.state, 'steps').filter((step) => look(step, 'phase') === 'undone').length
  const what = complete ? `It was undone completely` : 'The undo is not complete'
  return [...why, `${what} (${plural(steps, 'step')} undone): ${quoted(undone.state, 'why')}.`]
}

export function sayHealth(whole: readonly Told[]): string[] {
  const judged = last(sinceVoid(whole), 'health-judged')
  if (judged === null) return []
  const held = `${word(judged.state, 'held')} of ${word(judged.state, 'of')} samples held`
  switch (raw(judged.state, 'better')) {
    case 'yes':
      return [`It helped: health was confirmed (${held}).`]
    case 'no':
      return [`It did not help: health did not get better within the window (${held}).`]
    case 'blind':
      return [`Whether it helped could not be told: health could not be read (${held}).`]
    default:
      return [`Health was judged as ${word(judged.state, 'better')} (${held}).`]
  }
}

/** `first` is the time of the first entry: of the first signal, or of the wish where no signal came before it. */
export function sayOutcome(life: readonly Told[], first: Instant): string[] {
  const closed = last(life, 'closed')
  if (closed === null) return ['No outcome is recorded yet.']
  const after: Duration = closed.at - first
  const how = raw(closed.state, 'outcome')
  const ended =
    (Object.hasOwn(OUTCOMES, how) ? OUTCOMES[how] : undefined) ??
    `It was closed as ${word(closed.state, 'outcome')}`
  const because = how === 'resolved' ? '' : `, because ${quoted(closed.state, 'because')}`
  return [`${ended} ${duration(after)} after ${since(life, first)}${because}.`]
}

function since(life: readonly Told[], first: Instant): string {
  return life[0]?.type === 'proposed' && life[0].at === first ? 'it was proposed' : 'the first signal'
}

const OUTCOMES: Readonly<Record<string, string>> = {
  resolved: 'It was closed as resolved',
  undone: 'It was closed as undone',
  escalated: 'It was handed over to people',
  denied: 'It was closed as denied',
  refused: 'It was refused',
  unanswered: 'It was closed as unanswered',
  'no-action': 'It was closed without action',
  aborted: 'It was aborted',
  taken: 'It was taken over by a person',
}
