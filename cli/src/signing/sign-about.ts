/** Signs an act over its subject document, as the person whose key it is in the chain that the pin leads to. */
import type { SignedAct } from '@countersign/core/act/act'
import { type Subjects, subjectDigest } from '@countersign/core/act/subject'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Given } from '../command.ts'
import type { Session } from '../folder/session.ts'
import { fetchTrust } from '../trust/pinned.ts'
import { signAct } from './sign-act.ts'
import { openKey } from './ssh-key.ts'
import { signerOf } from './who.ts'

const HOUR = 3_600_000

/** Signs `document` in the first of the roles that the person holds. */
export async function signAbout<A extends keyof Subjects>(
  given: Given,
  { client, pin }: Session,
  act: A,
  document: Subjects[A],
  notAfter = Date.now() + HOUR,
): Promise<SignedAct> {
  const trust = await fetchTrust(client, pin)
  const choice = { person: given.text('person'), role: given.text('role'), wanted: ['sre'] }
  const signer = signerOf(trust, openKey(given.need('key')), choice, Date.now())
  return signAct(signer, { act, subject: subjectDigest(digestOf, act, document), site: trust.site, notAfter })
}
