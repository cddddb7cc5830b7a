/**
 * A plan as a person reads it before signing: what speaks against it first, then what changes, what cannot be undone,
 * the undo, limits and scope. Nothing in it can reach the terminal unseen.
 */
import type { Change, Plan, PlannedStep } from '@countersign/core/plan/plan'
import { columns } from '../terminal/table.ts'
import type { Colour } from '../terminal/terminal.ts'
import { moment, relative } from '../terminal/time.ts'
import { quoted, visible } from '../terminal/visible.ts'

export type Paint = (colour: Colour, text: string) => string

/** `9f2c41d0`: the digits that people compare and type. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 8)
}

export function planText(plan: Plan, digest: string, now: number, paint: Paint): string {
  const expired = plan.expiresAt <= now
  return [
    ...section('plan', paint, [
      columns([
        ['  digest', `${shortDigest(digest)}  (${digest})`],
        ['  runbook', `${plan.runbook.id}  (${plan.runbook.digest})`],
        ['  action', `${plan.action.kind}${plan.action.privileged ? ', privileged' : ''}`],
        ['  proposed by', `${plan.proposer.kind} "${plan.proposer.id}"`],
        [
          '  made by',
          `runner "${plan.runner}", ${moment(plan.observedAt)} (${relative(plan.observedAt, now)})`,
        ],
        [
          '  valid until',
          `${moment(plan.expiresAt)} (${relative(plan.expiresAt, now)})${expired ? ' EXPIRED' : ''}`,
        ],
      ]),
    ]),
    ...section('targets', paint, [
      columns(plan.targets.map(({ id, service, address }) => [`  ${id}`, service, address])),
    ]),
    ...parametersText(plan, paint),
    ...section(
      'what changes',
      paint,
      plan.steps.map((step, index) => stepText(step, index, paint)),
    ),
    ...noWayBack(plan, paint),
    ...section('undo', paint, [undoText(plan)]),
    ...section('scope', paint, [scopeText(plan)]),
    ...conditionsText(plan, paint),
    ...limitsText(plan, paint),
    ...demandText(plan, paint),
  ].join('\n')
}

/** A head, then the lines; nothing where there are none. */
export function section(name: string, paint: Paint, lines: readonly string[]): string[] {
  const said = lines.filter((line) => line !== '')
  return said.length === 0 ? [] : ['', paint('bold', name), ...said]
}

function parametersText({ parameters }: Plan, paint: Paint): string[] {
  const rows = Object.entries(parameters).map(([name, value]) => [
    `  ${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return section('parameters', paint, [columns(rows)])
}

function stepText({ id, uses, target, diff }: PlannedStep, index: number, paint: Paint): string {
  const head = `  ${index + 1}. ${visible(id)}: ${visible(uses)} on ${visible(target)}`
  const lines =
    diff.length === 0 ? ['     (no difference seen)'] : diff.flatMap((change) => changeText(change, paint))
  return [head, ...lines].join('\n')
}

/** Red for what goes, green for what comes; the sign alone says the same without colour. */
function changeText({ path, from, to }: Change, paint: Paint): string[] {
  if (from === to) return [`       ${visible(path)}: ${visible(to ?? '(absent)')}`]
  const lines: string[] = []
  if (from !== null) lines.push(paint('red', `     - ${visible(path)}: ${visible(from)}`))
  if (to !== null) lines.push(paint('green', `     + ${visible(path)}: ${visible(to)}`))
  return lines
}

function noWayBack({ action, steps }: Plan, paint: Paint): string[] {
  const without = steps.filter(({ undo }) => undo === null).map(({ id }) => visible(id))
  const lines: string[] = []
  if (action.reversibility === 'none') lines.push('  this action cannot be undone')
  if (action.reversibility === 'hard') lines.push('  this action is hard to undo')
  if (without.length > 0) lines.push(`  no undo for: ${without.join(', ')}`)
  return section(
    'what cannot be undone',
    paint,
    lines.length === 0 ? ['  nothing: every step has an undo'] : lines.map((line) => paint('yellow', line)),
  )
}

function undoText({ steps }: Plan): string {
  return steps.map(({ id, undo }) => `  ${visible(id)}:\n${quoted(undo?.says ?? 'none', '    ')}`).join('\n')
}

function scopeText({ scope }: Plan): string {
  const { targets, services, regions, shareBp, remainingDuring, remainingAfter } = scope
  const remaining = (count: number | null): string => (count === null ? 'unknown' : String(count))
  return columns([
    ['  concerns', `${count(targets, 'target')}, ${count(services, 'service')}, ${count(regions, 'region')}`],
    ['  share', `${shareBp / 100} % of the set that changes`],
    [
      '  still serving',
      `${remaining(remainingDuring)} while it runs, ${remaining(remainingAfter)} afterwards`,
    ],
  ])
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function conditionsText({ preconditions }: Plan, paint: Paint): string[] {
  return section('preconditions, as the runner saw them', paint, [
    columns(preconditions.map(({ holds, says }) => [`  ${holds}`, says])),
  ])
}

const DEMANDS = {
  none: 'nobody: ',
  confirm: 'one person: ',
  authorize: 'two people, one of them from governance: ',
} as const

function demandText({ demands }: Plan, paint: Paint): string[] {
  return section('the runner demands, whatever policy decides', paint, [
    `  ${DEMANDS[demands.signatures]}${visible(demands.because)}`,
  ])
}

function limitsText({ limits }: Plan, paint: Paint): string[] {
  const rows = limits.map(
    ({ id, says, limit, actual }) => `  ${visible(`${id}: ${says} (limit ${limit}, actual ${actual})`)}`,
  )
  return section(
    'LIMITS HIT: no approval lifts them',
    paint,
    rows.map((line) => paint('red', line)),
  )
}
