/** Node's crypto in the forms that core and trail ask for. Machine keys are raw Ed25519, 32 bytes in base64. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { VerifyMachine } from '@countersign/core/act/vouch'
import type { DigestOf, Domain } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import { utf8 } from '@countersign/trail/bytes'
import { canonicalizeSigned, digest } from '@countersign/trail/canonical'
import type { Crypto } from '@countersign/trail/crypto'

/** SubjectPublicKeyInfo of an Ed25519 key without its 32 bytes (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

export const nodeCrypto: Crypto = {
  sha256: (...parts) => hashed('sha256', parts),
  sha512: (...parts) => hashed('sha512', parts),
  verifyEd25519(publicKey, message, signature) {
    const key = ed25519(publicKey)
    return key !== null && signature.length === 64 && verify(null, message, key, signature)
  },
  verifyEcdsaP256(publicKey, message, signatureRS) {
    try {
      const x = Buffer.from(publicKey.subarray(1, 33)).toString('base64url')
      const y = Buffer.from(publicKey.subarray(33, 65)).toString('base64url')
      const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
      return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signatureRS)
    } catch {
      return false
    }
  },
}

export const digestOf: DigestOf = (domain, value) =>
  digest(nodeCrypto, domain, utf8(canonicalizeSigned(value)))

/** The bytes a machine signs: domain, a line end, the canonical JSON. Throws on numbers that are no integers. */
export function signedBytes(domain: Domain, value: Json): Uint8Array {
  return utf8(`${domain}\n${canonicalizeSigned(value)}`)
}

export function signMachine(domain: Domain, value: Json, privateKey: KeyObject): string {
  return sign(null, signedBytes(domain, value), privateKey).toString('base64')
}

export const verifyMachine: VerifyMachine = (domain, value, key, signature) => {
  try {
    const message = signedBytes(domain, value)
    return nodeCrypto.verifyEd25519(Buffer.from(key, 'base64'), message, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

function hashed(name: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(name)
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

function ed25519(raw: Uint8Array): KeyObject | null {
  if (raw.length !== 32) return null
  try {
    return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
  } catch {
    return null
  }
}
