/**
 * What `runner.yaml` says: which targets this runner owns and what it may do without signatures. Default deny: what
 * is not written here needs people's signatures, and a target that is not written here does not exist for it.
 */
import type { ActionKind } from '../facts/schema.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Duration } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'

/** Paths are absolute after reading (relative ones count from the file). */
export type RunnerConfig = {
  version: 1
  /** The runner's id in the trust chain. */
  id: string
  server: { url: string; tokenFile: string }
  /** Folder of journal, key, chain and revocations; only this runner may write there. */
  state: string
  /** While this file exists the runner starts nothing. */
  holdFile: string
  /** `genesis` is the digest that all trust hangs from; `chain` is the file with the first chain. */
  trust: { genesis: Digest; chain: string }
  /** Witness quorum; `none` must be written out. */
  witnesses: 'none'
  clockSkew: Duration
  targets: OwnedTarget[]
  unsigned: UnsignedRule[]
  /** Action kinds for which one person's signature is enough; all others take two, one of them from governance. */
  signed: { one: ActionKind[] }
}

/** One target, one owner. `settings` are the driver's (user, key files) and never leave the runner. */
export type OwnedTarget = {
  id: string
  service: string
  region: string
  address: string
  driver: string
  settings: JsonObject
}

/** One runbook that may run unsigned: exactly this digest, only on these targets, within these bounds. */
export type UnsignedRule = {
  runbook: string
  digest: Digest
  targets: string[]
  rate: { acts: number; within: Duration }
  /** How many unsigned acts of this rule may be open at once. */
  concurrency: number
  /** Members of the service that must keep serving while it runs. */
  floor: number
  /** Observed by the runner right before it acts; all must hold. */
  preconditions: { field: string; equals: string[] }[]
}
