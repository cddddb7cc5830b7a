/** What the rows work with: one subject, and ways to use its driver that note all it says. */
import type { Json } from '@countersign/core/kernel/json'
import { expect } from 'vitest'
import { type Driver, DriverFault, type DriverStep, type Effect, type Observation } from '../driver.ts'
import type { Subject } from './subject.ts'

export const FAULT_MS = 15_000
export const ROW_MS = 60_000
const SETTLE_MS = 20_000

export class Bench {
  /** Everything that the driver returned or threw: none of it may hold a secret. */
  readonly said: unknown[] = []
  private current: Subject | undefined

  use(subject: Subject): void {
    this.current = subject
  }
  get subject(): Subject {
    if (!this.current) throw new Error('no subject was made')
    return this.current
  }
  get driver(): Driver {
    return this.subject.driver
  }
  get step(): DriverStep {
    return this.subject.step
  }

  async look(at = this.step): Promise<Observation> {
    const seen = await this.driver.observe(at, AbortSignal.timeout(FAULT_MS))
    this.said.push(seen)
    return seen
  }

  /** What the draft keeps for the undo; every subject has one. */
  artefactOf(before: Observation): Json {
    const { undo } = this.driver.draft(this.step, before)
    return undo ? undo.artefact : expect.fail('the draft has no undo')
  }

  async apply(before: Observation, signal = AbortSignal.timeout(ROW_MS)): Promise<void> {
    await this.driver.apply(this.step, before, signal)
  }

  /** A driver may throw or return where nothing is to be done: only what happens at the target counts then. */
  async quietly(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.said.push(error)
      expect(error).toBeInstanceOf(DriverFault)
    }
  }

  async faultOf(work: Promise<unknown>): Promise<DriverFault> {
    const error = await work.then(
      () => expect.fail('gave an answer where there is none'),
      (error: unknown) => error,
    )
    this.said.push(error)
    expect(error).toBeInstanceOf(DriverFault)
    return error as DriverFault
  }

  /** Observes until the effect is no longer pending. */
  async settled(before: Observation): Promise<{ effect: Effect; now: Observation }> {
    const until = Date.now() + SETTLE_MS
    for (;;) {
      const now = await this.look()
      const effect = this.driver.verify(this.step, before, now)
      if (effect !== 'pending' || Date.now() > until) return { effect, now }
    }
  }

  /** Observes until the undo is complete. */
  async takenBack(artefact: Json): Promise<Observation> {
    const until = Date.now() + SETTLE_MS
    for (;;) {
      const now = await this.look()
      if (this.driver.undone(this.step, artefact, now)) return now
      if (Date.now() > until) throw new Error(`the undo did not complete within ${SETTLE_MS} ms`)
    }
  }
}
