/** A log key for tests, from a seed that everyone knows. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { LogKey } from '../number.ts'

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

export function testKey(seed = 7): LogKey {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.alloc(32, seed)]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12))
  return { publicKey, sign: (message) => sign(null, message, key) }
}
