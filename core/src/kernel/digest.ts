/**
 * Digests bind decisions, approvals and grants to exact bytes. Core never hashes: the shell passes `DigestOf`,
 * which canonicalises (RFC 8785) and hashes (SHA-256) under a domain, so that no digest fits two meanings.
 */
import type { Json } from './json.ts'

/** `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`

/** SHA-256 over `domain + "\n" + canonical JSON`. Throws where the value holds a number that is no integer. */
export type DigestOf = (domain: Domain, value: Json) => Digest

/** Every kind of thing that is ever hashed or signed, with its version. A new form gets a new version. */
export type Domain =
  | 'countersign/act/v1'
  | 'countersign/subject/v1'
  | 'countersign/plan/v1'
  | 'countersign/intent/v1'
  | 'countersign/grant/v1'
  | 'countersign/trust/v1'
  | 'countersign/policy/v1'
  | 'countersign/runbook/v1'
  | 'countersign/facts/v1'
  | 'countersign/evidence/v1'
  | 'countersign/footprint/v1'
  | 'countersign/receipt/v1'

/** Whether text has the form of a digest. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}
