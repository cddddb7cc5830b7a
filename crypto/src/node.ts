/** The primitives that trail asks for, on top of Node's own crypto: the one place where servers and tools take them from. */
import { createHash, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { Crypto } from '@countersign/trail/crypto'

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const SCRATCH = Buffer.allocUnsafe(65_536)
const MAX_KEYS = 256

const keys = new Map<string, KeyObject>()

export const nodeCrypto: Crypto = {
  sha256: (...parts) => digestOf('sha256', parts),
  sha512: (...parts) => digestOf('sha512', parts),
  verifyEd25519: (publicKey, message, signature) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    guarded(() => verify(null, message, keyOf(ED25519_SPKI, publicKey), signature)),
  verifyEcdsaP256: (publicKey, message, signatureRS) =>
    publicKey.length === 65 &&
    publicKey[0] === 4 &&
    signatureRS.length === 64 &&
    guarded(() =>
      verify('sha256', message, { key: keyOf(P256_SPKI, publicKey), dsaEncoding: 'ieee-p1363' }, signatureRS),
    ),
}

/** One call with all bytes is nearly twice as fast as createHash: small parts are put together first. */
function digestOf(algorithm: 'sha256' | 'sha512', parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1) return hash(algorithm, parts[0] as Uint8Array, 'buffer')
  let length = 0
  for (const part of parts) length += part.length
  if (length > SCRATCH.length) {
    const whole = createHash(algorithm)
    for (const part of parts) whole.update(part)
    return whole.digest()
  }
  let at = 0
  for (const part of parts) {
    SCRATCH.set(part, at)
    at += part.length
  }
  return hash(algorithm, SCRATCH.subarray(0, length), 'buffer')
}

function keyOf(prefix: Buffer, raw: Uint8Array): KeyObject {
  const der = Buffer.concat([prefix, raw])
  const name = der.toString('latin1')
  const known = keys.get(name)
  if (known !== undefined) return known
  if (keys.size === MAX_KEYS) keys.clear()
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  keys.set(name, key)
  return key
}

/** A key or signature that cannot be read is not valid; it never throws. */
function guarded(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
