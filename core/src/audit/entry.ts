/** What the audit gets and carries: the verified entries, the auditor's own means, and what the log showed so far. */
import type { SignedAct } from '../act/act.ts'
import type { Verify, VerifyMachine } from '../act/vouch.ts'
import type { Hold } from '../hold/hold.ts'
import type { Digest, DigestOf } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Trust } from '../trust/chain.ts'
import type { Report } from './finding.ts'

/**
 * One entry whose place, chain and state were verified before; `state` undefined where the export lacks it. `secret` is
 * its private payload, as far as the export holds it: reasons in people's own words stand there, and may be erased.
 */
export type AuditedEntry = {
  stream: string
  seq: number
  type: string
  at: Instant
  state: Json | undefined
  secret?: Json | undefined
}

/** All of it the auditor's own. `genesis` must never come from the export that is audited. */
export type AuditMeans = {
  genesis: Digest
  verify: Verify
  verifyMachine: VerifyMachine
  digestOf: DigestOf
}

/** What was rightly published: until when the signatures stand, and who alone signed it. */
export type InForce = { id: string; digest: Digest; until: Instant; authors: string[] }

/** What the log has shown up to here. */
export type Site = {
  chain: Json[]
  trust: Trust | null
  policy: Digest | null
  /** By `policy <digest>` or `runbook <digest>`. */
  published: Map<string, InForce>
  holds: Map<string, Hold>
  /** Nonce to what used it up: the digest of the signed act, and the stream. */
  nonces: Map<string, { act: Digest; stream: string }>
  /** Grant id to its stream. */
  grants: Map<string, string>
  /** Plans that were granted. */
  granted: Set<Digest>
}

/** What a check of one entry works with. */
export type Look = { entry: AuditedEntry; means: AuditMeans; site: Site; report: Report }

/** Notes that an act was used here. False where its nonce was used before, by another act or at another place. */
export function useNonce({ entry, means, site }: Look, signed: SignedAct): boolean {
  const act = means.digestOf('countersign/act/v1', signed as unknown as Json)
  const before = site.nonces.get(signed.act.nonce)
  if (before !== undefined) return false
  site.nonces.set(signed.act.nonce, { act, stream: entry.stream })
  return true
}

/** Whether exactly this act was recorded before in this stream. */
export function wasUsedHere({ entry, means, site }: Look, signed: SignedAct): boolean {
  const act = means.digestOf('countersign/act/v1', signed as unknown as Json)
  const before = site.nonces.get(signed.act.nonce)
  return before?.act === act && before.stream === entry.stream
}

/** The reason in a person's own words; null where it was erased or left out. */
export function reasonOf({ secret }: AuditedEntry): string | null {
  if (secret === undefined || secret === null || typeof secret !== 'object' || Array.isArray(secret))
    return null
  const { reason } = secret
  return typeof reason === 'string' ? reason : null
}
