/**
 * The systemd driver: restarts, starts and stops one service unit of one host over ssh. The footprint is the unit's
 * definition; whether an order took effect is told by the unit's invocation, never by what systemctl says.
 */
import type { Json } from '@countersign/core/kernel/json'
import type { Change, Limit, Undo } from '@countersign/core/plan/plan'
import { BadStep, type Driver, type Observation, TargetMoved } from '../driver.ts'
import { runRemote } from './ssh.ts'
import { changeUnit, settleUnit } from './unit-change.ts'
import { activityOf, effectOn, isSameLife } from './unit-effect.ts'
import { markOf, observeCommand, parseUnit } from './unit-state.ts'
import { readUnitStep, type UnitAction, type UnitStep } from './unit-step.ts'

const OBSERVE_TIMEOUT_MS = 15_000
/** Longer than systemd's default start and stop timeouts of 90 s. */
const TIMEOUT_MS = 120_000
const COMMON = { area: 'service', reversibility: 'easy', privileged: false, timeoutMs: TIMEOUT_MS } as const

export const systemdDriver: Driver = {
  name: 'systemd',
  actions: {
    restart: { says: 'restarts a service unit', kind: 'service.restart', ...COMMON },
    /** The closed list of kinds has no `service.start`: this is the half of a restart that brings a unit up. */
    start: { says: 'starts a service unit', kind: 'service.restart', ...COMMON },
    stop: { says: 'stops a service unit', kind: 'service.stop', ...COMMON },
  },
  async observe(driverStep, signal) {
    const { unit, ssh } = readUnitStep(driverStep)
    return parseUnit(unit, (await runRemote(ssh, observeCommand(unit), OBSERVE_TIMEOUT_MS, signal)).stdout)
  },
  draft(driverStep, seen) {
    const step = readUnitStep(driverStep)
    const mark = markOf(seen)
    const { active, invocation } = mark
    const isDone = effectOn(step.action, mark, mark) === 'done'
    return {
      diff: isDone ? [] : differenceOf(step, active, invocation),
      predicted: seen.footprint,
      undo: undoOf(step.action, active),
      limits: limitsOf(step, seen),
      shareBp: 0,
      remaining: {
        during: step.action === 'start' ? seen.serving.now : 0,
        after: step.action === 'stop' ? 0 : 1,
      },
    }
  },
  async apply(driverStep, before, signal) {
    const step = readUnitStep(driverStep)
    const [limit] = limitsOf(step, before)
    if (limit) throw new BadStep(`${limit.says}: ${limit.actual}`, `the limit is ${limit.limit}`)
    const mark = markOf(before)
    if (effectOn(step.action, mark, mark) === 'done') return
    try {
      await changeUnit(step, mark, signal)
    } catch (error) {
      if (!(error instanceof TargetMoved)) throw error
      const now = markOf(await systemdDriver.observe(driverStep, signal))
      if (effectOn(step.action, mark, now) === 'not-done') throw error
    }
  },
  verify(driverStep, before, now) {
    return effectOn(readUnitStep(driverStep).action, markOf(before), markOf(now))
  },
  async undo(driverStep, _before, artefact, signal, after) {
    const step = readUnitStep(driverStep)
    const found = foundIn(artefact)
    const now = markOf(await systemdDriver.observe(driverStep, signal))
    if (activityOf(now.active) === found) return
    if (after !== undefined && !isSameLife(markOf(after), now))
      throw new TargetMoved(
        `${step.unit} is in another life than the one that was made`,
        'see who started it since',
      )
    try {
      await settleUnit(step, found, now.invocation, signal)
    } catch (error) {
      if (!(error instanceof TargetMoved)) throw error
      // Another undo may have been faster: then it is as it was asked for.
      const then = markOf(await systemdDriver.observe(driverStep, signal))
      if (activityOf(then.active) !== found) throw error
    }
  },
  undone(_driverStep, artefact, now) {
    return activityOf(markOf(now).active) === foundIn(artefact)
  },
}

function differenceOf(step: UnitStep, active: string, invocation: string): Change[] {
  const to = step.action === 'stop' ? 'inactive' : 'active'
  const changes: Change[] = active === to ? [] : [{ path: `${step.unit} state`, from: active, to }]
  if (step.action === 'restart')
    changes.push({
      path: `${step.unit} invocation`,
      from: invocation === '' ? null : invocation,
      to: 'a new one',
    })
  return changes
}

/**
 * The undo brings the unit back to the activity it was found in. A restart of a running unit leaves nothing to take
 * back, unless it did not come up: then it is started. What was found starting or stopping cannot be brought back.
 */
function undoOf(action: UnitAction, active: string): Undo | null {
  const found = activityOf(active)
  if (found === 'moving') return null
  if (found === 'down') {
    const says =
      action === 'stop' ? 'nothing to take back: it was down' : `stop it again: it was found ${active}`
    return { says, artefact: { found } }
  }
  const says =
    action === 'stop' ? 'start it again: it was running' : 'it was running: start it if it does not run'
  return { says, artefact: { found } }
}

function foundIn(artefact: Json): 'up' | 'down' {
  const found =
    typeof artefact === 'object' && artefact !== null && !Array.isArray(artefact)
      ? artefact['found']
      : undefined
  if (found === 'up' || found === 'down') return found
  throw new BadStep('this is no artefact of a systemd step', 'hand over to a person')
}

function limitsOf(step: UnitStep, seen: Observation): Limit[] {
  const load = seen.fields['load'] ?? 'unknown'
  if (load === 'loaded') return []
  return [
    {
      id: 'unit-loaded',
      says: `${step.unit} must exist and be allowed to run`,
      limit: 'loaded',
      actual: load,
    },
  ]
}
