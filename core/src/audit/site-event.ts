/**
 * What is recorded of the site itself, beside incidents and proposals: trust, publications, holds and the log. Stored
 * for ever: add a case, never change one.
 */
import type { SignedAct } from '../act/act.ts'
import type { HoldScope } from '../hold/hold.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { TrustBody } from '../trust/chain.ts'

export type SiteEvent =
  /** One version of the chain, whole: whoever holds the genesis digest can check it. */
  | { type: 'trust-recorded'; body: TrustBody; acts: SignedAct[] }
  | { type: 'policy-published'; id: string; digest: Digest; text: string; acts: SignedAct[] }
  | { type: 'runbook-published'; id: string; digest: Digest; text: string; acts: SignedAct[] }
  /** The reason stands in the private payload. */
  | { type: 'hold-set'; id: string; scope: HoldScope; until: Instant; signed: SignedAct }
  | { type: 'hold-lifted'; id: string; signed: SignedAct }
  /** Its end came; it goes on holding. */
  | { type: 'hold-overdue'; id: string }
  | { type: 'log-started'; origin: string; incarnation: number }
  /** `previous` is the head that was published before and is left behind. */
  | {
      type: 'log-reincarnated'
      incarnation: number
      previous: { incarnation: number; size: number; root: string }
      acts: SignedAct[]
    }
  /** On a stream of its own: nothing follows from the signal. */
  | {
      type: 'signal-set-aside'
      because: string
      fingerprint: string
      status: string
      startsAt: Instant
      incident: string | null
    }
  /** The private payload of that entry was erased; the entry and its commitment stay. */
  | { type: 'payload-erased'; stream: string; seq: number }
