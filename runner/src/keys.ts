/** The runner's own Ed25519 key: made on this machine, kept in one file that only its user reads, never sent. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RunnerFault } from './fault.ts'
import { writeDurably } from './journal/durable.ts'

/** `publicKey` is raw, in base64: the form of the trust chain. */
export type RunnerKeys = { privateKey: KeyObject; publicKey: string }

export function keyFileOf(state: string): string {
  return join(state, 'runner.key')
}

/** Makes a new key. Refuses to overwrite one. */
export function makeKey(state: string): RunnerKeys {
  const file = keyFileOf(state)
  if (existsSync(file)) throw new RunnerFault(`the key "${file}" exists already`, 're-enrol to replace it')
  const { privateKey } = generateKeyPairSync('ed25519')
  writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600)
  return withPublic(privateKey)
}

/** Reads the key. Refuses one that others can read: it would no longer be this runner's word. */
export function readKey(state: string): RunnerKeys {
  const file = keyFileOf(state)
  if (!existsSync(file)) throw new RunnerFault(`there is no key at "${file}"`, 'enrol this runner first')
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) !== 0)
    throw new RunnerFault(
      `expected mode 600 for "${file}", got ${mode.toString(8)}`,
      'find out who read it; then chmod 600, or re-enrol with a new key',
    )
  return withPublic(createPrivateKey(readFileSync(file, 'utf8')))
}

function withPublic(privateKey: KeyObject): RunnerKeys {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return { privateKey, publicKey: spki.subarray(-32).toString('base64') }
}
