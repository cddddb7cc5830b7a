/** Signs an act as a person: the canonical bytes through `ssh-keygen -Y sign`, in the namespace of the act. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { type Act, type ActName, namespaceOf, type SignedAct } from '@countersign/core/act/act'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import { canonicalBytes } from '@countersign/crypto/digest-of'
import { verifyAct } from '@countersign/crypto/verify-act'
import { failed } from '../exit.ts'
import { reason, type SshKey, withoutKeygen } from './ssh-key.ts'

export type Signer = { person: string; role: string; key: SshKey }
export type Words = { act: ActName; subject: Digest; site: Digest; notAfter: Instant }

/** The signature is checked before it leaves: an agent that signs with another key is found out here. */
export function signAct({ person, role, key }: Signer, words: Words): SignedAct {
  const act: Act = { v: 1, ...words, role, nonce: randomBytes(16).toString('hex') }
  const signed = { act, person, key: key.line, signature: sshSign(key, act) }
  const answer = verifyAct(signed)
  if (answer === true) return signed
  throw failed(
    `the signature by "${key.file}" does not hold: ${answer}`,
    'use a key of type ed25519, and the private key that belongs to the .pub beside it',
  )
}

function sshSign(key: SshKey, act: Act): string {
  const run = spawnSync('ssh-keygen', ['-Y', 'sign', '-q', '-f', key.file, '-n', namespaceOf(act.act)], {
    input: canonicalBytes(act),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (run.error !== undefined) throw withoutKeygen(run.error)
  if (run.status === 0) return run.stdout
  throw failed(
    `ssh-keygen did not sign "${act.act}" with "${key.file}": ${reason(run.stderr)}`,
    'check the passphrase, or that your agent holds the key (ssh-add -l)',
  )
}
