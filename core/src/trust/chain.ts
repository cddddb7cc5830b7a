/**
 * The trust chain says which people, keys and roles exist. `trust/1` is made offline by the first people; `trust/N+1`
 * is signed by the quorum of N. Server and runner take people and keys from nowhere else; the runner pins the genesis.
 */
import type { SignedAct } from '../act/act.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'

/** One version of the chain. `site` is null in the genesis, whose own digest is the site from then on. */
export type TrustBody = {
  v: 1
  version: number
  name: string
  site: Digest | null
  previous: Digest | null
  issuedAt: Instant
  expiresAt: Instant
  people: Person[]
  runners: RunnerKey[]
  grantKeys: MachineKey[]
  logKeys: LogKey[]
  witnesses: LogKey[]
  /** How many different people must sign the next version, and which role at least one of them holds. */
  quorum: { people: number; role: string }
  /** A one-person install is allowed, and marked in every entry that rests on it. */
  onePerson: boolean
}

export type Person = { id: string; roles: string[]; keys: PersonKey[] }
/** `key` is one line of OpenSSH public key without comment: `ssh-ed25519 AAAA...`. */
export type PersonKey = { key: string; notAfter: Instant }
/** Ed25519 public key, raw 32 bytes in base64. */
export type MachineKey = { id: string; key: string; notAfter: Instant }
export type RunnerKey = MachineKey
/** A C2SP verifier key (`name+hash+base64`). */
export type LogKey = { vkey: string; notAfter: Instant }

/** A version with the acts (`trust`) of those who vouch for it. */
export type TrustVersion = { body: TrustBody; acts: SignedAct[] }

/** The chain as far as it was verified: the newest body, and the digest that everything else names as `site`. */
export type Trust = { site: Digest; body: TrustBody; digest: Digest }
