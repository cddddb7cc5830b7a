/** The keeper driver: restarts one service of the bare sample site. Its moment of life (etag) tells whether it did. */
import type { Json } from '@countersign/core/kernel/json'
import { BadStep, type Driver, DriverFault, type Effect, type Observation, TargetMoved } from '../driver.ts'
import { order, readService } from './keeper-door.ts'
import { readKeeperStep } from './keeper-step.ts'

type Mark = { etag: string; state: string; pid: number | null }

export const keeperDriver: Driver = {
  name: 'keeper',
  actions: {
    restart: {
      says: 'restarts a service of the keeper',
      kind: 'service.restart',
      area: 'service',
      reversibility: 'easy',
      privileged: false,
      timeoutMs: 30_000,
    },
  },
  async observe(driverStep, signal) {
    const { name, url, state, pid, restarts, etag } = await readService(readKeeperStep(driverStep), signal)
    return {
      footprint: { service: name, url },
      fields: { state, restarts: String(restarts) },
      mark: { etag, state, pid },
      serving: { now: state === 'running' && pid !== null ? 1 : 0, known: true },
    }
  },
  draft(driverStep, seen) {
    const { service } = readKeeperStep(driverStep)
    const { state, etag } = markOf(seen)
    const found = state === 'running' ? 'up' : 'down'
    const says =
      found === 'up' ? 'it was running: start it if it does not run' : `stop it again: it was found ${state}`
    return {
      diff: [
        ...(found === 'up' ? [] : [{ path: `${service} state`, from: state, to: 'running' }]),
        { path: `${service} life`, from: etag, to: 'a new one' },
      ],
      predicted: seen.footprint,
      undo: { says, artefact: { found } },
      limits: [],
      shareBp: 0,
      remaining: { during: 0, after: 1 },
    }
  },
  async apply(driverStep, before, signal) {
    try {
      await order(readKeeperStep(driverStep), 'restart', markOf(before).etag, signal)
    } catch (error) {
      if (!(error instanceof TargetMoved)) throw error
      const now = await keeperDriver.observe(driverStep, signal)
      if (effectOf(markOf(before), markOf(now)) === 'not-done') throw error
    }
  },
  verify(_driverStep, before, now) {
    return effectOf(markOf(before), markOf(now))
  },
  async undo(driverStep, _before, artefact, signal, after) {
    const wanted = foundIn(artefact)
    const now = await keeperDriver.observe(driverStep, signal)
    if (isUp(now) === (wanted === 'up')) return
    const { etag } = markOf(after ?? now)
    await order(readKeeperStep(driverStep), wanted === 'up' ? 'start' : 'stop', etag, signal)
  },
  undone(_driverStep, artefact, now) {
    return isUp(now) === (foundIn(artefact) === 'up')
  },
}

/** While it restarts, a service is stopped for a moment, or running without a process. */
function effectOf(before: Mark, now: Mark): Effect {
  if (now.etag === before.etag) return 'not-done'
  if (now.state === 'failed') return 'failed'
  return now.state === 'running' && now.pid !== null ? 'done' : 'pending'
}

const isUp = (seen: Observation) => markOf(seen).state === 'running'

function markOf(seen: Observation): Mark {
  const mark = seen.mark
  if (typeof mark !== 'object' || mark === null || Array.isArray(mark) || typeof mark['etag'] !== 'string')
    throw new DriverFault('this is no observation of a kept service', 'observe the target again')
  return mark as Mark
}

function foundIn(artefact: Json): 'up' | 'down' {
  const found =
    typeof artefact === 'object' && artefact !== null && !Array.isArray(artefact)
      ? artefact['found']
      : undefined
  if (found === 'up' || found === 'down') return found
  throw new BadStep('this is no artefact of a keeper step', 'hand over to a person')
}
