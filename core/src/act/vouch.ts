/**
 * How core learns whether a signature holds: the shell passes these in. They answer for the bytes alone; whose key it
 * is, and whether that person may, is decided from the trust chain.
 */
import type { Digest, Domain } from '../kernel/digest.ts'
import type { Json } from '../kernel/json.ts'
import type { SignedAct } from './act.ts'

/**
 * `true` when `signature` is an SSHSIG (SHA-512) by `key` over the canonical bytes of `act`, in the namespace
 * `<act>@countersign`; otherwise why not.
 */
export type Verify = (act: SignedAct) => true | string

/**
 * Ed25519 over `domain + "\n" + canonical JSON`: plans, grants and receipts. `key` is raw 32 bytes in base64,
 * `signature` 64 bytes in base64. Never throws: what cannot be read is not signed.
 */
export type VerifyMachine = (domain: Domain, value: Json, key: string, signature: string) => boolean

/** The digest of a runbook or policy as published: over its text, byte for byte as people read it. */
export type PublishedDigest = (text: string) => Digest
