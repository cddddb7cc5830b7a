/**
 * Evidence is what Countersign read itself from a registered source. Independent source groups count, not readings;
 * a pushed alert, and what a model says of itself, weigh nothing.
 */
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'

/** What a reading says about the proposal's claim. `unknown`: no usable answer; it never supports. */
export type Verdict = 'supports' | 'against' | 'unknown'

export type Evidence = {
  id: string
  check: string
  source: string
  /** Readings of one group rest on the same origin and count once. */
  group: string
  query: string
  observedAt: Instant
  freshUntil: Instant
  verdict: Verdict
  /** The value read, as short text for people; the digest is over the full answer. */
  value: string
  digest: Digest
}
