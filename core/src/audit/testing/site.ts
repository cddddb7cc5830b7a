/**
 * Honest logs for tests: a small site with people, keys, policy and runbooks, and the entries that honest stories
 * leave behind. Digests and signatures are pure stand-ins: who may sign what is tested here, not cryptography.
 */
import { type Act, type ActName, namespaceOf, type SignedAct } from '../../act/act.ts'
import { subjectDigest } from '../../act/subject.ts'
import type { Verify, VerifyMachine } from '../../act/vouch.ts'
import { publishedDigest } from '../../approval/published.ts'
import type { Digest, DigestOf } from '../../kernel/digest.ts'
import type { Instant } from '../../kernel/instant.ts'
import type { Json } from '../../kernel/json.ts'
import type { TrustBody } from '../../trust/chain.ts'
import type { AuditMeans } from '../entry.ts'

export type LogEntry = {
  stream: string
  seq: number
  type: string
  actor: { kind: string; id: string }
  at: Instant
  state: Json
  secret?: Json
}

/** 22 November 2026, 19:00 UTC. */
export const START: Instant = 1_795_374_000_000
const DAY = 86_400_000

/** Not cryptographic: 64 hex digits that differ where the text differs. */
function fingerprint(text: string): string {
  let digits = ''
  for (let seed = 0; seed < 8; seed++) {
    let hash = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1)
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    digits += (hash >>> 0).toString(16).padStart(8, '0')
  }
  return digits
}

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
      .join()}}`
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new TypeError('not an integer')
  return JSON.stringify(value)
}

export const digestOf: DigestOf = (domain, value) => `sha256:${fingerprint(`${domain}\n${canonical(value)}`)}`

export const keyOfPerson = (person: string): string => `ssh-ed25519 ${fingerprint(`key of ${person}`)}`
const machineKey = (id: string): string => fingerprint(`machine ${id}`)

const proof = (key: string, namespace: string, value: Json): string =>
  fingerprint(`${key}\n${namespace}\n${canonical(value)}`)

export const verify: Verify = ({ act, key, signature }) =>
  signature === proof(key, namespaceOf(act.act), act as unknown as Json) || 'it is over other bytes'

export const verifyMachine: VerifyMachine = (domain, value, key, signature) =>
  signature === proof(key, domain, value)

export const signMachine = (id: string, domain: string, value: unknown): string =>
  proof(machineKey(id), domain, value as Json)

let nonces = 0

/** An act as the person's own tool signs it; `changes` come before the signature. */
export function sign(
  person: string,
  role: string,
  act: ActName,
  subject: Digest,
  at: Instant,
  changes: Partial<Act> = {},
): SignedAct {
  const nonce = (++nonces).toString(16).padStart(32, '0')
  const notAfter = at + (act === 'publish' ? 300 : 1) * (DAY - 1)
  const body: Act = { v: 1, act, subject, site: SITE, role, notAfter, nonce, ...changes }
  const key = keyOfPerson(person)
  return { act: body, person, key, signature: proof(key, namespaceOf(act), body as unknown as Json) }
}

/** People are named by what they are: two engineers, one from governance, one who only proposes. */
const PEOPLE: Record<string, string[]> = {
  'sre-1': ['sre', 'admin'],
  'sre-2': ['sre'],
  'gov-1': ['governance', 'admin'],
  'dev-1': ['sre', 'dev'],
}

export function trustBody(changes: Partial<TrustBody> = {}): TrustBody {
  const notAfter = START + 400 * DAY
  return {
    v: 1,
    version: 1,
    name: 'sample',
    site: null,
    previous: null,
    issuedAt: START - DAY,
    expiresAt: START + 200 * DAY,
    people: Object.entries(PEOPLE).map(([id, roles]) => ({
      id,
      roles,
      keys: [{ key: keyOfPerson(id), notAfter }],
    })),
    runners: [{ id: 'runner-1', key: machineKey('runner-1'), notAfter }],
    grantKeys: [{ id: 'grant-1', key: machineKey('grant-1'), notAfter }],
    logKeys: [],
    witnesses: [],
    quorum: { people: 2, role: 'admin' },
    onePerson: false,
    ...changes,
  }
}

export const SITE: Digest = digestOf('countersign/trust/v1', trustBody() as unknown as Json)

export const means: AuditMeans = { genesis: SITE, verify, verifyMachine, digestOf }

export const TEXTS = {
  policy: 'the default policy',
  restart: 'restart a service',
  dns: 'change a record set',
}
export const POLICY = publishedDigest(digestOf, 'policy', TEXTS.policy)
export const RESTART = { id: 'restart-service', digest: publishedDigest(digestOf, 'runbook', TEXTS.restart) }
export const DNS = { id: 'change-record-set', digest: publishedDigest(digestOf, 'runbook', TEXTS.dns) }

/** A log that is written in order; each stream counts from 1. Time moves only where a story says so. */
export function newLog(): {
  entries: LogEntry[]
  add(stream: string, type: string, actor: string, state: unknown, secret?: Json): LogEntry
  pass(milliseconds: number): void
  now(): Instant
} {
  const entries: LogEntry[] = []
  const heads = new Map<string, number>()
  let now = START
  return {
    entries,
    add(stream, type, actor, state, secret) {
      const seq = (heads.get(stream) ?? 0) + 1
      heads.set(stream, seq)
      const [kind = '', id = ''] = actor.split(' ')
      const entry = { stream, seq, type, actor: { kind, id }, at: now, state: state as Json }
      entries.push(secret === undefined ? entry : { ...entry, secret })
      return entries.at(-1) ?? entry
    },
    pass(milliseconds) {
      now += milliseconds
    },
    now: () => now,
  }
}
export type Log = ReturnType<typeof newLog>

export function publish(
  log: Log,
  what: 'policy' | 'runbook',
  id: string,
  text: string,
  people: string[],
): void {
  const digest = publishedDigest(digestOf, what, text)
  const subject = subjectDigest(digestOf, 'publish', { what, id, digest })
  const acts = people.map((person) => sign(person, PEOPLE[person]?.[0] ?? '', 'publish', subject, log.now()))
  log.add('site', `${what}-published`, 'person sre-1', { id, digest, text, acts })
}

/** What stands at the beginning of every log: trust, policy, two runbooks. */
export function openSite(log: Log): void {
  const body = trustBody()
  const acts = ['sre-1', 'gov-1'].map((person) => sign(person, 'admin', 'trust', SITE, body.issuedAt))
  log.add('site', 'log-started', 'control-plane server', { origin: 'sample/log', incarnation: 1 })
  log.add('site', 'trust-recorded', 'control-plane server', { body, acts })
  publish(log, 'policy', 'default', TEXTS.policy, ['sre-1', 'gov-1'])
  publish(log, 'runbook', RESTART.id, TEXTS.restart, ['sre-1', 'gov-1'])
  publish(log, 'runbook', DNS.id, TEXTS.dns, ['sre-1'])
}
