/** The standing acts by which people publish a text: over its digest, byte for byte, for up to a year. */
import type { SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import { publishedDigest } from '@countersign/core/approval/published'
import type { Digest } from '@countersign/core/kernel/digest'
import { digestOf } from '@countersign/crypto/digest-of'
import { type Signer, signAct } from './sign-act.ts'

export type What = 'policy' | 'runbook'

const STANDS_MS = 365 * 86_400_000

export function digestOfText(what: What, text: string): Digest {
  return publishedDigest(digestOf, what, text)
}

/** `id` is the name of the file without `.yaml`, as the server knows it. */
export function signPublication(
  signers: readonly Signer[],
  publication: { what: What; id: string; digest: Digest },
  site: Digest,
  now: number,
): SignedAct[] {
  const subject = subjectDigest(digestOf, 'publish', publication)
  return signers.map((signer) =>
    signAct(signer, { act: 'publish', subject, site, notAfter: now + STANDS_MS }),
  )
}
