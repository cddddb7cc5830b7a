/** Whether a signed act holds: its SSHSIG over the canonical act, by the named key, in the act's own namespace. */
import { namespaceOf } from '@countersign/core/act/act'
import type { Verify } from '@countersign/core/act/vouch'
import type { Json } from '@countersign/core/kernel/json'
import { utf8 } from '@countersign/trail/bytes'
import { canonicalizeSigned } from '@countersign/trail/canonical'
import { verifySshsig } from '@countersign/trail/sshsig'
import { nodeCrypto } from './crypto.ts'

export const verifyAct: Verify = ({ act, key, signature }) => {
  try {
    const message = utf8(canonicalizeSigned(act as unknown as Json))
    const claim = { armored: signature, namespace: namespaceOf(act.act), message, publicKey: key }
    const verdict = verifySshsig(nodeCrypto, claim)
    return verdict.ok ? true : verdict.reason
  } catch (error) {
    return (error as Error).message
  }
}
