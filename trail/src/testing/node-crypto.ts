/** `Crypto` on top of Node's own crypto, and signing keys made from seeds. For tests only: trail itself imports nothing. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Crypto, Sign } from '../crypto.ts'

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
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

/** An Ed25519 key from 32 bytes that are public knowledge: never for anything but tests. */
export function ed25519FromSeed(seed: Uint8Array): { publicKey: Uint8Array; sign: Sign } {
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12)
  return { publicKey: new Uint8Array(publicKey), sign: (message) => sign(null, message, key) }
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

function keyOf(prefix: Buffer, publicKey: Uint8Array): KeyObject {
  const der = Buffer.concat([prefix, publicKey])
  const name = der.toString('latin1')
  let key = keys.get(name)
  if (key === undefined) {
    key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (keys.size >= MAX_KEYS) keys.clear()
    keys.set(name, key)
  }
  return key
}

/** A key that is no point on the curve makes Node throw; for us the signature simply does not hold. */
function guarded(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
