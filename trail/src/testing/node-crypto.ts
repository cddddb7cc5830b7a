/** `Crypto` on top of Node's own crypto, and signing keys made from seeds. For tests only: trail itself imports nothing. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { nodeCrypto } from '@countersign/crypto/node'
import type { Sign } from '../crypto.ts'

export { nodeCrypto }

const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** An Ed25519 key from 32 bytes that are public knowledge: never for anything but tests. */
export function ed25519FromSeed(seed: Uint8Array): { publicKey: Uint8Array; sign: Sign } {
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12)
  return { publicKey: new Uint8Array(publicKey), sign: (message) => sign(null, message, key) }
}
