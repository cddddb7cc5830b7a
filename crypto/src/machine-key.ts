/** Ed25519 keys of machines (server, runner, log): made, kept in a file that only its owner reads, and used. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import type { VerifyMachine } from '@countersign/core/act/vouch'
import type { Domain } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import { fromBase64 } from '@countersign/trail/bytes'
import { signedBytes } from './digest-of.ts'
import { nodeCrypto } from './node.ts'

/** `publicKey` is raw 32 bytes in base64, as the trust chain names it. */
export type MachineSigner = {
  publicKey: string
  sign(domain: Domain, value: Json): string
  signBytes(message: Uint8Array): Uint8Array
}

/** Writes a new key in PEM (PKCS 8), mode 0600. Throws if the file exists: a key is never overwritten. */
export function createMachineKey(file: string): MachineSigner {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx' })
  return signerOf(privateKey)
}

/** Throws where the file is missing, holds no Ed25519 key, or can be read by others than its owner. */
export function readMachineKey(file: string): MachineSigner {
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) !== 0)
    throw new Error(
      `expected mode 600 for the key ${file}, got ${mode.toString(8)}: find out who read it, then chmod 600 or replace it`,
    )
  const key = createPrivateKey(readFileSync(file))
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`expected an Ed25519 key in ${file}, got ${key.asymmetricKeyType}`)
  return signerOf(key)
}

/** Ed25519 in base64 over the domain and the canonical JSON. Throws on numbers that are no integers. */
export function signMachine(domain: Domain, value: Json, key: KeyObject): string {
  return sign(null, signedBytes(domain, value), key).toString('base64')
}

export const verifyMachine: VerifyMachine = (domain, value, key, signature) => {
  const [raw, bytes] = [fromBase64(key), fromBase64(signature)]
  if (raw === null || bytes === null) return false
  try {
    return nodeCrypto.verifyEd25519(raw, signedBytes(domain, value), bytes)
  } catch {
    return false
  }
}

function signerOf(key: KeyObject): MachineSigner {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: der.subarray(12).toString('base64'),
    sign: (domain, value) => signMachine(domain, value, key),
    signBytes: (message) => sign(null, message, key),
  }
}
