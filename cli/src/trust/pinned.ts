/** The trust chain checked against this folder's own pin: whatever the server answers, people and keys come from here. */
import type { Client } from '@countersign/client/client'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { Trust } from '@countersign/core/trust/chain'
import { verifyChain } from '@countersign/core/trust/verify-chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyAct } from '@countersign/crypto/verify-act'
import { refused } from '../exit.ts'

/** Fetches the chain. Throws where it does not verify from the pinned genesis. */
export async function fetchTrust(client: Client, pin: Digest): Promise<Trust> {
  const { site, chain } = await client.getTrust({})
  if (site !== pin)
    throw refused(
      `the server belongs to site ${site}, this folder pins ${pin}`,
      'check --url; a site whose trust was made anew needs a new cli.json',
    )
  return verified(chain as Json[], pin)
}

export function verified(chain: readonly Json[], pin: Digest): Trust {
  const answer = verifyChain(chain, { genesis: pin }, Date.now(), verifyAct, digestOf)
  if ('refused' in answer)
    throw refused(
      `the trust chain does not verify: ${answer.refused}`,
      'sign nothing; compare the digest of the genesis with the other people (`countersign trust digest FILE`)',
    )
  return answer.trust
}
