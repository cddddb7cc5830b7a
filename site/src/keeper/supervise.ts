/**
 * Keeps one service running: restarts it when it ends by itself, gives up (`failed`) when it was started `LIMIT` times
 * within `WINDOW_MS`, as systemd does. Unlike systemd, an order from outside begins the count anew.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export const LIMIT = 3
export const WINDOW_MS = 10_000
const PAUSE_MS = 200
const GRACE_MS = 3000

export type ServiceSpec = {
  name: string
  url: string
  log: string
  command: string[]
  env: Record<string, string>
}
export type Order = 'start' | 'stop' | 'restart'
export type ServiceState = 'running' | 'failed' | 'stopped'
/**
 * `pid` is null unless running, and for the moment between an end and the restart; `restarts`: by the keeper itself,
 * since it was made; `since`: when it entered this state, in milliseconds UTC.
 */
export type ServiceView = {
  name: string
  url: string
  state: ServiceState
  pid: number | null
  restarts: number
  since: number
}

/** Whether one more start at `now` stays within the limit, given the times of earlier starts, all in milliseconds. */
export function mayStart(starts: number[], now: number): boolean {
  return starts.filter((at) => now - at < WINDOW_MS).length < LIMIT
}

/** The order was meant for an earlier moment of the service: nothing was done. */
export class MomentPassed extends Error {}

const KEEPER = randomUUID()

export class KeptService {
  readonly spec: ServiceSpec
  private readonly onStart: (name: string, pid: number) => void
  private state: ServiceState = 'stopped'
  private since = Date.now()
  private restarts = 0
  private starts: number[] = []
  private child: ChildProcess | undefined
  private turn: Promise<unknown> = Promise.resolve()
  private moment = 0

  /** `onStart` is told each new process before anybody else, so that it can be recorded. */
  constructor(spec: ServiceSpec, onStart: (name: string, pid: number) => void = () => {}) {
    this.spec = spec
    this.onStart = onStart
  }

  view(): ServiceView {
    const { name, url } = this.spec
    const pid = this.state === 'running' ? (this.child?.pid ?? null) : null
    return { name, url, state: this.state, pid, restarts: this.restarts, since: this.since }
  }

  /** Names this moment of the service's life; every change of its state or process makes another, never used before. */
  etag(): string {
    return `"${KEEPER}-${this.moment}"`
  }

  /**
   * Orders are done one after the other. One with an `etag` is done only in that moment, else it throws `MomentPassed`.
   * `start` leaves a running service as it is; `restart` always changes the pid.
   */
  async order(what: Order, etag?: string): Promise<ServiceView> {
    const mine = this.turn.then(async () => {
      if (etag !== undefined && etag !== this.etag())
        throw new MomentPassed(`now at ${this.etag()}, not at ${etag}`)
      if (what !== 'start') await this.stopNow()
      if (what !== 'stop') this.startNow()
    })
    this.turn = mine.catch(() => {})
    await mine
    return this.view()
  }

  private startNow(): void {
    if (this.state === 'running') return
    this.starts = []
    this.launch()
  }

  private async stopNow(): Promise<void> {
    const ending = this.child
    this.child = undefined
    this.enter('stopped')
    if (ending) await end(ending)
  }

  private enter(state: ServiceState): void {
    this.moment++
    this.state = state
    this.since = Date.now()
  }

  private launch(): void {
    this.starts = [...this.starts, performance.now()].slice(-LIMIT)
    const child = spawnService(this.spec)
    this.child = child
    child.once('exit', () => void this.afterEnd(child))
    child.once('error', () => void this.afterEnd(child))
    this.enter('running')
    if (child.pid !== undefined) this.onStart(this.spec.name, child.pid)
  }

  private async afterEnd(ended: ChildProcess): Promise<void> {
    if (this.child !== ended) return
    this.child = undefined
    this.moment++
    if (!mayStart(this.starts, performance.now())) {
      this.enter('failed')
      return
    }
    await sleep(PAUSE_MS)
    if (this.child !== undefined || this.state !== 'running') return
    this.restarts++
    this.launch()
  }
}

function spawnService(spec: ServiceSpec): ChildProcess {
  const log = openSync(spec.log, 'a')
  const [command = '', ...args] = spec.command
  try {
    return spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...spec.env } })
  } finally {
    closeSync(log)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const limit = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await gone
  clearTimeout(limit)
}
