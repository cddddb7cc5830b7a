/** Canonical bytes and their digest: what core takes as `DigestOf`. */
import type { DigestOf, Domain } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import { utf8 } from '@countersign/trail/bytes'
import { canonicalizeSigned, digest } from '@countersign/trail/canonical'
import { nodeCrypto } from './node.ts'

export const digestOf: DigestOf = (domain, value) => digest(nodeCrypto, domain, canonicalBytes(value))

/** Canonical JSON in UTF-8. Throws where the value holds a number that is no integer. */
export function canonicalBytes(value: Json): Uint8Array {
  return utf8(canonicalizeSigned(value))
}

/** What a machine key signs: the domain, a line break, the canonical bytes. */
export function signedBytes(domain: Domain, value: Json): Uint8Array {
  return utf8(`${domain}\n${canonicalizeSigned(value)}`)
}
