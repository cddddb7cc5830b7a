/** Starts a runner: replays its journal, goes on with what was left open, and takes work from the server. */
import { readFileSync } from 'node:fs'
import type { Verify } from '@countersign/core/act/vouch'
import type { Duration } from '@countersign/core/kernel/instant'
import type { RunnerConfig } from '@countersign/core/runner/config'
import { RUNNER_PROTOCOL, type RunnerHello } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyAct } from '@countersign/crypto/verify-act'
import { createClock, realTimes, type Times } from './clock.ts'
import { RunnerFault } from './fault.ts'
import { localHold } from './hold.ts'
import { type Journal, openJournal } from './journal/journal.ts'
import { lockState } from './journal/lock.ts'
import { readKey } from './keys.ts'
import { httpLink } from './link/http-link.ts'
import { type Loop, pollLoop, reportLoop } from './link/loops.ts'
import type { ServerLink } from './link/server-link.ts'
import { type Log, logToStderr } from './log.ts'
import { createOutbox } from './outbox.ts'
import { pause } from './perform/pause.ts'
import { createServerVoice } from './perform/server-voice.ts'
import { createTasks, type Tasks } from './perform/tasks.ts'
import { TIMING, type Timing, type Workshop } from './perform/workshop.ts'
import type { ReadRunbook } from './plan/make-plan.ts'
import type { Drivers } from './target.ts'
import { openTrust } from './trust/trust-store.ts'

export type RunnerDeps = {
  drivers: Drivers
  readRunbook: ReadRunbook
  link?: ServerLink
  verify?: Verify
  times?: Times
  timing?: Partial<Timing>
  log?: Log
}

export type Running = {
  /** Finishes the steps at hand, starts none, keeps the rest in the journal. */
  stop(): Promise<void>
  /** Makes the hold file, as SIGUSR1 does. */
  hold(because: string): void
  /** Resolves when the runner has ended; with the fault that ended it, or null after `stop`. */
  ended: Promise<Error | null>
}

/** Throws `RunnerFault` where it must not start: no or broken journal, wrong pin, another process, readable key. */
export async function startRunner(config: RunnerConfig, deps: RunnerDeps): Promise<Running> {
  const unlock = lockState(config.state)
  try {
    return begin(config, deps, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

function begin(config: RunnerConfig, deps: RunnerDeps, unlock: () => void): Running {
  const stopper = new AbortController()
  const shop = openWorkshop(config, deps, stopper.signal)
  const startedAt = shop.clock.mono()
  let fault: Error | null = null
  const fail = (error: Error): void => {
    fault ??= error
    shop.log('runner-failed', {
      message: error.message,
      hint: error instanceof RunnerFault ? error.hint : null,
    })
    stopper.abort()
  }
  const tasks = createTasks(shop, fail)
  const link = deps.link ?? httpLink(config.server.url, () => readToken(config))
  const loop: Loop = { link, log: shop.log, stopping: stopper.signal, heard: shop.voice.heard }
  tasks.resume()
  const loops = [
    pollLoop(loop, () => helloOf(shop, startedAt), tasks.take),
    reportLoop(loop, shop.journal, shop.outbox),
    rightsLoop(tasks, stopper.signal),
  ].map((running) => running.catch(fail))
  const ended = Promise.all(loops)
    .then(() => tasks.idle())
    .then(() => {
      shop.journal.close()
      unlock()
      return fault
    })
  shop.log('runner-started', { runner: config.id, journal: shop.journal.head, trust: shop.trust.version() })
  return {
    ended,
    hold: (because) => shop.hold.set(because),
    async stop() {
      stopper.abort()
      await ended
    },
  }
}

function openWorkshop(config: RunnerConfig, deps: RunnerDeps, stopping: AbortSignal): Workshop {
  const keys = readKey(config.state)
  const journal = openOwnJournal(config, deps.times ?? realTimes, () => clock)
  const clock = createClock(deps.times ?? realTimes, config.clockSkew, () => journal.state.floor)
  if (journal.state.runner !== config.id || journal.state.key !== keys.publicKey)
    throw new RunnerFault(
      `the journal is of runner "${journal.state.runner}" with another key or name than "${config.id}"`,
      'restore key and journal of the same enrolment, or re-enrol',
    )
  const verify = deps.verify ?? verifyAct
  const { genesis, chain } = config.trust
  const trust = openTrust({ state: config.state, genesis, chainFile: chain }, journal, { verify, digestOf })
  return {
    config,
    drivers: deps.drivers,
    journal,
    outbox: createOutbox(journal, config.id, keys),
    keys,
    trust,
    clock,
    hold: localHold(config.holdFile),
    voice: createServerVoice(clock),
    verify,
    readRunbook: deps.readRunbook,
    timing: { ...TIMING, ...deps.timing },
    log: deps.log ?? logToStderr,
    stopping,
  }
}

/** A time counts towards the floor only where the clock agreed with the server. */
function openOwnJournal(
  config: RunnerConfig,
  times: Times,
  clock: () => ReturnType<typeof createClock>,
): Journal {
  return openJournal(config.state, () => ({ at: Math.round(times.wall()), sure: clock().off() === null }))
}

function helloOf({ config, journal, trust, clock, hold }: Workshop, startedAt: Duration): RunnerHello {
  return {
    protocol: RUNNER_PROTOCOL,
    runner: config.id,
    trustVersion: trust.version(),
    logSize: 0,
    clock: clock.now(),
    upMs: Math.max(0, Math.round(clock.mono() - startedAt)),
    holds: hold.isHeld() ? ['file'] : [],
    journalHead: journal.head,
  }
}

function readToken({ server }: RunnerConfig): string {
  return readFileSync(server.tokenFile, 'utf8').trim()
}

async function rightsLoop(tasks: Tasks, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    tasks.watchRights()
    await pause(500, stopping)
  }
}
