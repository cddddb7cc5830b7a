/** Makes trust/1 offline with the first people's SSH keys; its digest is the site from then on. */
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { TrustBody, TrustVersion } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { nodeCrypto } from '@countersign/crypto/node'
import { fromBase64 } from '@countersign/trail/bytes'
import { originOf } from '@countersign/trail/checkpoint'
import { formatVkey } from '@countersign/trail/note'
import { signAct } from '../signing/sign-act.ts'
import type { FirstPerson } from './people.ts'

export type Machines = { runner: { id: string; key: string }; grant: string; log: string; logName: string }

/** Signing takes a while when passphrases are typed; an act about the genesis may be a day old, no more. */
const SIGN_WITHIN_MS = 3_600_000

export function digestOfTrust(body: TrustBody): Digest {
  return digestOf('countersign/trust/v1', body as unknown as Json)
}

/** Two or more people: all of them sign, and two sign every later version. */
export function makeGenesis(
  name: string,
  people: readonly FirstPerson[],
  machines: Machines,
  now: number,
  validFor: number,
): TrustVersion {
  const notAfter = now + validFor
  const body: TrustBody = {
    v: 1,
    version: 1,
    name,
    site: null,
    previous: null,
    issuedAt: now,
    expiresAt: notAfter,
    people: people.map(({ id, roles, key }) => ({ id, roles, keys: [{ key: key.line, notAfter }] })),
    runners: [{ ...machines.runner, notAfter }],
    grantKeys: [{ id: 'grant-1', key: machines.grant, notAfter }],
    logKeys: [{ vkey: logVkey(machines.logName, 1, machines.log), notAfter }],
    witnesses: [],
    quorum: { people: Math.min(2, people.length), role: 'governance' },
    onePerson: people.length === 1,
  }
  const site = digestOfTrust(body)
  const acts = people.map(({ id, roles, key }) =>
    signAct(
      { person: id, role: roles.find((role) => role === 'governance') ?? roles[0] ?? '', key },
      { act: 'trust', subject: site, site, notAfter: now + SIGN_WITHIN_MS },
    ),
  )
  return { body, acts }
}

/** The verifier key of an incarnation: the same key under the origin of that incarnation. */
export function logVkey(logName: string, incarnation: number, publicKey: string): string {
  const raw = fromBase64(publicKey)
  if (raw === null) throw new Error(`expected an Ed25519 key in base64, got "${publicKey}"`)
  return formatVkey(nodeCrypto, originOf(logName, incarnation), 1, raw)
}
