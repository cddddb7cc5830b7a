/** From a plan's step to the driver that carries it out, with the target's settings that never leave the runner. */

import type { JsonObject } from '@countersign/core/kernel/json'
import type { OwnedTarget } from '@countersign/core/runner/config'
import type { ActionManifest, Driver, DriverStep, Observation } from '@countersign/drivers/driver'
import { DriverFault } from '@countersign/drivers/driver'

export type Drivers = Readonly<Record<string, Driver>>

export type Hand = { driver: Driver; manifest: ActionManifest; step: DriverStep; target: OwnedTarget }

/** Or why there is none: the target is not owned, or no driver has this action. */
export function handFor(
  { uses, target, with: parameters }: { uses: string; target: string; with: JsonObject },
  targets: readonly OwnedTarget[],
  drivers: Drivers,
): { hand: Hand } | { refused: { code: 'NOT_MY_TARGET' | 'BAD_PARAMETERS'; says: string } } {
  const owned = targets.find(({ id }) => id === target)
  if (owned === undefined)
    return { refused: { code: 'NOT_MY_TARGET', says: `this runner does not own the target "${target}"` } }
  const dot = uses.indexOf('.')
  const driver = Object.hasOwn(drivers, uses.slice(0, dot)) ? drivers[uses.slice(0, dot)] : undefined
  const action = uses.slice(dot + 1)
  const manifest = driver && Object.hasOwn(driver.actions, action) ? driver.actions[action] : undefined
  if (driver === undefined || manifest === undefined)
    return { refused: { code: 'BAD_PARAMETERS', says: `no driver of this runner has the action "${uses}"` } }
  if (owned.driver !== driver.name)
    return {
      refused: {
        code: 'NOT_MY_TARGET',
        says: `target "${target}" is for driver "${owned.driver}", the step uses "${uses}"`,
      },
    }
  const { id, address, settings } = owned
  return {
    hand: {
      driver,
      manifest,
      target: owned,
      step: { action, target: { id, address, settings }, with: parameters },
    },
  }
}

/** Observes, bounded in time even where the driver forgets its signal. Throws `DriverFault`. */
export function observe({ driver, step }: Hand, timeoutMs: number): Promise<Observation> {
  return within(timeoutMs, (signal) => driver.observe(step, signal))
}

/** Runs `work` and gives up waiting for it at the timeout, whether or not it heeds the signal. */
export async function within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const fault = new DriverFault(`no answer within ${timeoutMs} ms`, 'observe the target')
      controller.abort(fault)
      reject(fault)
    }, timeoutMs)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
