/**
 * A signed act: the one closed, versioned form for everything that a person or key vouches for. The signature covers
 * the canonical bytes of `Act` in the SSHSIG namespace `<act>@countersign`; an unknown field or version is refused.
 */
import type { Digest } from '../kernel/digest.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'

export const ACTS = [
  'approve',
  'deny',
  'narrow',
  'publish',
  'enrol',
  'except',
  'license',
  'review',
  'hold',
  'resume',
  'abort',
  'reverse',
  'take',
  'break-glass',
  'revoke',
  'trust',
  'reincarnate',
] as const
export type ActName = (typeof ACTS)[number]

/**
 * What is signed. `subject` is the digest of what the act is about: the plan itself for `approve` and `narrow`; for
 * all others the subject document (see subject.ts). `site` is the digest of the trust genesis, so that nothing
 * replays at another site. `nonce` is 32 hex digits, used once.
 */
export type Act = {
  v: 1
  act: ActName
  subject: Digest
  site: Digest
  role: string
  notAfter: Instant
  nonce: string
}

/** An act with its proof: who says so, with which key (one line of OpenSSH public key), and the armoured SSHSIG. */
export type SignedAct = { act: Act; person: string; key: string; signature: string }

/** The SSHSIG namespace (PROTOCOL.sshsig) that keeps a signature of one act from passing as another. */
export function namespaceOf(act: ActName): string {
  return `${act}@countersign`
}

const FIELDS = ['act', 'nonce', 'notAfter', 'role', 'site', 'subject', 'v']

/** Reads an act strictly: exactly the known fields, the known version. Says why not otherwise. */
export function readAct(value: Json): { act: Act } | { refused: string } {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { refused: 'an act is an object' }
  const fields = Object.keys(value).sort()
  if (fields.join() !== FIELDS.join())
    return { refused: `expected the fields ${FIELDS.join(', ')}, got ${fields.join(', ')}` }
  const { v, act, subject, site, role, notAfter, nonce } = value
  if (v !== 1) return { refused: `expected act version 1, got ${String(v)}` }
  if (!ACTS.some((name) => name === act)) return { refused: `"${String(act)}" is not an act` }
  if (!digest(subject)) return { refused: 'subject is not a digest' }
  if (!digest(site)) return { refused: 'site is not a digest' }
  if (typeof role !== 'string' || role === '') return { refused: 'role is missing' }
  if (typeof notAfter !== 'number' || !Number.isSafeInteger(notAfter))
    return { refused: 'notAfter is not a time in integer milliseconds' }
  if (typeof nonce !== 'string' || !/^[0-9a-f]{32}$/.test(nonce))
    return { refused: 'nonce is not 32 hex digits' }
  return { act: { v, act: act as ActName, subject, site, role, notAfter, nonce } }
}

function digest(value: Json | undefined): value is Digest {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
}
