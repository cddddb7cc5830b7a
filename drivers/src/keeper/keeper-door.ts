/**
 * Talks to a keeper over HTTP. `etag` names one moment of a service's life; an order with `if-match` is done only in
 * that moment (412 otherwise), so that a repeat has its effect once. A keeper without etags gets no orders.
 */
import { DriverFault, TargetMoved } from '../driver.ts'
import type { KeeperStep } from './keeper-step.ts'

export type Kept = {
  name: string
  url: string
  state: 'running' | 'failed' | 'stopped'
  pid: number | null
  restarts: number
  etag: string
}
export type Order = 'restart' | 'start' | 'stop'

const READ_MS = 5000
/** A service has 3 s to end before the keeper kills it; orders wait for each other. */
const ORDER_MS = 20_000

/** Throws `DriverFault` for anything but a whole answer about the service. */
export async function readService(step: KeeperStep, signal: AbortSignal): Promise<Kept> {
  const reply = await ask(step, '', { method: 'GET' }, READ_MS, signal)
  if (reply.status === 404)
    throw new DriverFault(`${placeOf(step)} does not exist`, 'check the name in the settings')
  if (reply.status !== 200)
    throw new DriverFault(`${placeOf(step)} answers ${reply.status}`, 'look at the log of the keeper')
  if (!reply.etag)
    throw new DriverFault(`the keeper at ${step.url} gives no etag`, 'use a keeper that does compare-and-set')
  const kept = { ...reply.body, etag: reply.etag }
  if (isKept(kept) && kept.name === step.service) return kept
  throw new DriverFault(`${placeOf(step)} cannot be read from the answer`, 'check that the URL is a keeper')
}

/** Throws `TargetMoved`, the keeper having done nothing, where the service is in another moment than `etag`. */
export async function order(step: KeeperStep, what: Order, etag: string, signal: AbortSignal): Promise<void> {
  const reply = await ask(
    step,
    `/${what}`,
    { method: 'POST', headers: { 'if-match': etag } },
    ORDER_MS,
    signal,
  )
  if (reply.status === 200) return
  if (reply.status === 412)
    throw new TargetMoved(`${placeOf(step)} is no longer as it was observed`, 'plan again')
  throw new DriverFault(
    `${placeOf(step)} answers ${reply.status} to ${what}`,
    'look at the log of the keeper',
  )
}

async function ask(
  step: KeeperStep,
  path: string,
  init: RequestInit,
  timeoutMs: number,
  signal: AbortSignal,
) {
  const url = `${step.url}/services/${step.service}${path}`
  // A timer of our own: on Node 20 `AbortSignal.any` over a timeout can be collected before it fires.
  const limits = new AbortController()
  const stop = () => limits.abort()
  const timer = setTimeout(stop, timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const reply = await fetch(url, { ...init, signal: limits.signal, redirect: 'error' })
    const body: unknown = reply.status === 200 ? await reply.json() : await reply.text()
    const isObject = typeof body === 'object' && body !== null
    return { status: reply.status, etag: reply.headers.get('etag'), body: isObject ? body : {} }
  } catch (error) {
    const why = signal.aborted ? 'was not asked to the end: aborted' : 'gives no answer'
    throw new DriverFault(`the keeper at ${step.url} ${why}`, 'check that it runs, then observe', {
      cause: error,
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

function isKept(kept: Partial<Kept>): kept is Kept {
  const { name, url, state, pid, restarts } = kept
  return (
    typeof name === 'string' &&
    typeof url === 'string' &&
    (state === 'running' || state === 'failed' || state === 'stopped') &&
    (pid === null || Number.isInteger(pid)) &&
    Number.isInteger(restarts)
  )
}

const placeOf = (step: KeeperStep) => `service "${step.service}" of the keeper at ${step.url}`
