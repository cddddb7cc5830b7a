/** A small site for tests: people, chain, plan and grant, with signatures that are plain text over what they cover. */
import type { Grant, SignedGrant } from '../../grant/grant.ts'
import type { Digest, DigestOf, Domain } from '../../kernel/digest.ts'
import type { Json } from '../../kernel/json.ts'
import type { Plan, SignedPlan } from '../../plan/plan.ts'
import type { Trust, TrustBody, TrustVersion } from '../../trust/chain.ts'
import { type Act, namespaceOf, type SignedAct } from '../act.ts'
import type { Verify, VerifyMachine } from '../vouch.ts'

export const NOW = 1_800_000_000_000
const HOUR = 3_600_000

/** Not SHA-256, but as good for telling texts apart in a test. */
export const digestOf: DigestOf = (domain, value) => {
  const text = `${domain}\n${stable(value)}`
  let hex = ''
  for (let part = 0; part < 8; part++) hex += fnv(`${part}${text}`)
  return `sha256:${hex}`
}

function fnv(text: string): string {
  let hash = 0x811c9dc5
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function stable(value: Json): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

const proof = (key: string, act: Act, namespace: string): string =>
  `${namespace}|${key}|${stable(act as unknown as Json)}`

export const verify: Verify = ({ act, key, signature }) =>
  signature === proof(key, act, namespaceOf(act.act)) || 'the signature is of something else'

const machineProof = (domain: Domain, value: Json, key: string): string => `${domain}|${key}|${stable(value)}`

export const verifyMachine: VerifyMachine = (domain, value, key, signature) =>
  signature === machineProof(domain, value, key)

export const keyLine = (name: string): string => `ssh-ed25519 ${name}`

let nonces = 0
export function nonce(): string {
  nonces += 1
  return nonces.toString(16).padStart(32, '0')
}

export function signAct(
  person: string,
  act: Omit<Act, 'v' | 'nonce'> & Partial<Act>,
  key = keyLine(person),
  namespace?: string,
): SignedAct {
  const full: Act = { v: 1, nonce: nonce(), ...act }
  return { act: full, person, key, signature: proof(key, full, namespace ?? namespaceOf(full.act)) }
}

/** ann: sre and governance; bob: sre; eve: governance, and two keys; old: an expired key. */
export function genesisBody(changes: Partial<TrustBody> = {}): TrustBody {
  const notAfter = NOW + 1_000 * HOUR
  return {
    v: 1,
    version: 1,
    name: 'example',
    site: null,
    previous: null,
    issuedAt: NOW - HOUR,
    expiresAt: NOW + 1_000 * HOUR,
    people: [
      { id: 'ann', roles: ['sre', 'governance'], keys: [{ key: keyLine('ann'), notAfter }] },
      { id: 'bob', roles: ['sre'], keys: [{ key: keyLine('bob'), notAfter }] },
      {
        id: 'eve',
        roles: ['governance'],
        keys: [
          { key: keyLine('eve'), notAfter },
          { key: keyLine('eve2'), notAfter },
        ],
      },
      { id: 'old', roles: ['sre'], keys: [{ key: keyLine('old'), notAfter: NOW - 1 }] },
    ],
    runners: [{ id: 'runner-1', key: 'runner-key', notAfter }],
    grantKeys: [{ id: 'grant-1', key: 'grant-key', notAfter }],
    logKeys: [],
    witnesses: [],
    quorum: { people: 2, role: 'governance' },
    onePerson: false,
    ...changes,
  }
}

export function trustDigest(body: TrustBody): Digest {
  return digestOf('countersign/trust/v1', body as unknown as Json)
}

/** Signed by these people in their first role. */
export function signTrust(body: TrustBody, by: string[], site: Digest = trustDigest(body)): TrustVersion {
  const subject = trustDigest(body)
  const roles: Record<string, string> = { ann: 'governance', bob: 'sre', eve: 'governance', old: 'sre' }
  const acts = by.map((person) =>
    signAct(person, {
      act: 'trust',
      subject,
      site,
      role: roles[person] ?? 'sre',
      notAfter: body.issuedAt + HOUR,
    }),
  )
  return { body, acts }
}

export function trustOf(body: TrustBody = genesisBody()): Trust {
  return { site: trustDigest(genesisBody()), body, digest: trustDigest(body) }
}

export const SITE = trustDigest(genesisBody())
export const RUNBOOK: Digest = `sha256:${'b'.repeat(64)}`

export function plan(changes: Partial<Plan> = {}): Plan {
  return {
    v: 1,
    id: 'plan-1',
    site: SITE,
    proposal: 'proposal-1',
    proposer: { kind: 'agent', id: 'agent-7' },
    intent: `sha256:${'1'.repeat(64)}`,
    runner: 'runner-1',
    runbook: { id: 'restart', digest: RUNBOOK },
    policy: `sha256:${'2'.repeat(64)}`,
    action: { kind: 'service.restart', area: 'service', reversibility: 'easy', privileged: false },
    parameters: { host: 'web1' },
    targets: [{ id: 'web1', service: 'shop', address: '10.0.0.1' }],
    steps: [
      {
        id: 'restart',
        uses: 'systemd.restart',
        target: 'web1',
        with: {},
        diff: [{ path: 'state', from: 'failed', to: 'active' }],
        stateVersion: `sha256:${'3'.repeat(64)}`,
        predicted: `sha256:${'3'.repeat(64)}`,
        undo: { says: 'stop it again', artefact: { was: 'failed' } },
      },
    ],
    scope: { targets: 1, services: 1, regions: 1, shareBp: 5000, remainingDuring: 1, remainingAfter: 2 },
    preconditions: [{ id: 'failed', says: 'the unit failed', holds: 'yes' }],
    limits: [],
    demands: { signatures: 'none', because: 'within the envelope' },
    observedAt: NOW - 1_000,
    expiresAt: NOW + HOUR,
    ...changes,
  }
}

export function planDigest(body: Plan): Digest {
  return digestOf('countersign/plan/v1', body as unknown as Json)
}

export function signPlan(body: Plan, key = 'runner-key'): SignedPlan {
  return { plan: body, signature: machineProof('countersign/plan/v1', body as unknown as Json, key) }
}

export function approve(person: string, role: string, of: Plan, changes: Partial<Act> = {}): SignedAct {
  return signAct(person, {
    act: 'approve',
    subject: planDigest(of),
    site: SITE,
    role,
    notAfter: NOW + HOUR,
    ...changes,
  })
}

export function grant(of: Plan, acts: SignedAct[], changes: Partial<Grant> = {}): SignedGrant {
  const body: Grant = {
    v: 1,
    id: 'grant-1',
    site: SITE,
    proposal: of.proposal,
    plan: planDigest(of),
    runner: 'runner-1',
    stage: 1,
    outcome: acts.length > 0 ? 'authorize' : 'auto',
    approvals: acts.map(({ act }) => act.nonce),
    issuedAt: NOW,
    notAfter: NOW + 60_000,
    undo: { notAfter: NOW + HOUR, onSilence: 'undo' },
    ...changes,
  }
  return signGrant(body, acts)
}

export function signGrant(body: Grant, acts: SignedAct[], id = 'grant-1', key = 'grant-key'): SignedGrant {
  const signature = machineProof('countersign/grant/v1', body as unknown as Json, key)
  return { grant: body, key: id, signature, acts }
}
