/** What a driver's own test offers to the conformance suite: a real target, and ways to look at it and disturb it. */
import type { Driver, DriverStep } from '../driver.ts'

export type Subject = {
  driver: Driver
  /** A step that changes the target from the state `reset` leaves. */
  step: DriverStep
  /** Puts the target into the state that every row begins with. */
  reset(): Promise<void>
  /** How often the target was changed so far: counted at the target, never through the driver. */
  effects(): Promise<number>
  /** What the target is like now, in one text: read at the target, never through the driver. */
  state(): Promise<string>
  /** Changes the target under the driver's feet, so that an observation from before is stale. */
  disturb(): Promise<void>
  /**
   * Brings the target, after the step, into the same state once more in another life; left out where a state is all
   * there is.
   */
  relive?: () => Promise<void>
  /** Makes the target such that the step takes effect but does not work; left out where there is no such thing. */
  spoil?: () => Promise<void>
  /** Milliseconds after which an apply is cut off, so that it hits the middle of the change. */
  cutAfterMs: number
  /** Steps that hit a hard limit, with its id. */
  limited: { step: DriverStep; limit: string }[]
  /** Steps that must be refused before anything reaches the target. */
  bad: { what: string; step: DriverStep }[]
  /** The step against an address where nothing listens, and against one that takes connections and never answers. */
  unreachable: DriverStep
  silent: DriverStep
  /** Texts that must never appear in what the driver returns or throws. */
  secrets: string[]
  close(): Promise<void>
}
