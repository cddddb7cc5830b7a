/** Whether a person's signature holds over an act: SSHSIG with SHA-512 or SHA-256 in the namespace of the act. */
import { namespaceOf } from '@countersign/core/act/act'
import type { Verify } from '@countersign/core/act/vouch'
import { verifySshsig } from '@countersign/trail/sshsig'
import { canonicalBytes } from './digest-of.ts'
import { nodeCrypto } from './node.ts'

export const verifyAct: Verify = ({ act, key, signature }) => {
  try {
    const message = canonicalBytes(act)
    const claim = { armored: signature, namespace: namespaceOf(act.act), message, publicKey: key }
    const verdict = verifySshsig(nodeCrypto, claim)
    return verdict.ok ? true : verdict.reason
  } catch (error) {
    return (error as Error).message
  }
}
