/**
 * A grant is the short, single-use permission to carry out one plan on one runner. It carries the people's signed
 * acts, because the runner checks them itself, and the longer-lived right to undo.
 */
import type { SignedAct } from '../act/act.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'

/** `approvals` are the nonces of the acts it rests on; empty means: only inside the runner's own envelope. */
export type Grant = {
  v: 1
  id: string
  site: Digest
  proposal: string
  plan: Digest
  runner: string
  stage: 1
  outcome: 'auto' | 'confirm' | 'authorize'
  approvals: string[]
  issuedAt: Instant
  notAfter: Instant
  undo: { notAfter: Instant; onSilence: 'undo' | 'hand-over' }
}

/** With the grant key's Ed25519 signature (base64), and the acts in full. */
export type SignedGrant = { grant: Grant; key: string; signature: string; acts: SignedAct[] }
