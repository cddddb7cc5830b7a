/** A plan as a runner would make it, signed with a key made for the test. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { Plan } from '@countersign/core/plan/plan'
import type { Trust } from '@countersign/core/trust/chain'
import { digestOf, signedBytes } from '@countersign/crypto/digest-of'

export const SITE: Digest = `sha256:${'1'.repeat(64)}`
const SOME: Digest = `sha256:${'2'.repeat(64)}`
export const NOW = Date.UTC(2030, 0, 2, 3, 4, 5)

export function samplePlan(change: Partial<Plan> = {}): Plan {
  return {
    v: 1,
    id: '01900000-0000-7000-8000-000000000001',
    site: SITE,
    proposal: '01900000-0000-7000-8000-000000000002',
    proposer: { kind: 'agent', id: 'helper' },
    intent: SOME,
    runner: 'runner-1',
    runbook: { id: 'dns-change', digest: SOME },
    policy: SOME,
    action: { kind: 'dns.change', area: 'dns', reversibility: 'easy', privileged: false },
    parameters: { name: 'www', addresses: ['10.0.0.1', '10.0.0.2'] },
    targets: [{ id: 'shop-dns', service: 'dns', address: 'ns1.example' }],
    steps: [
      {
        id: 'change',
        uses: 'dns.upsert',
        target: 'shop-dns',
        with: {},
        diff: [
          { path: 'www.shop.test A', from: '10.0.0.9', to: '10.0.0.1' },
          { path: 'www.shop.test TXT', from: null, to: 'new' },
          { path: 'ttl', from: '60', to: '60' },
        ],
        stateVersion: SOME,
        predicted: SOME,
        undo: { says: 'put 10.0.0.9 back', artefact: {} },
      },
      {
        id: 'announce',
        uses: 'dns.delete',
        target: 'shop-dns',
        with: {},
        diff: [{ path: 'old.shop.test A', from: '10.0.0.8', to: null }],
        stateVersion: SOME,
        predicted: SOME,
        undo: null,
      },
    ],
    scope: { targets: 1, services: 1, regions: 2, shareBp: 5000, remainingDuring: 1, remainingAfter: null },
    preconditions: [{ id: 'answers', says: 'The primary answers.', holds: 'yes' }],
    limits: [{ id: 'floor', says: 'Members that keep serving', limit: '2', actual: '1' }],
    demands: { signatures: 'none', because: 'it lies within what this runner may do unsigned' },
    observedAt: NOW - 20_000,
    expiresAt: NOW + 15 * 60_000,
    ...change,
  }
}

export type SignedSample = { digest: Digest; signed: { plan: Plan; signature: string }; trust: Trust }

export function signSample(
  plan: Plan,
  key: KeyObject = generateKeyPairSync('ed25519').privateKey,
): SignedSample {
  const jwk = key.export({ format: 'jwk' })
  const publicKey = Buffer.from(String(jwk.x), 'base64url').toString('base64')
  const signature = sign(null, signedBytes('countersign/plan/v1', plan as unknown as Json), key).toString(
    'base64',
  )
  const trust: Trust = {
    site: SITE,
    digest: SITE,
    body: {
      v: 1,
      version: 1,
      name: 'shop.test',
      site: null,
      previous: null,
      issuedAt: NOW - 1000,
      expiresAt: NOW + 1_000_000_000,
      people: [],
      runners: [{ id: 'runner-1', key: publicKey, notAfter: NOW + 1_000_000_000 }],
      grantKeys: [],
      logKeys: [],
      witnesses: [],
      quorum: { people: 2, role: 'governance' },
      onePerson: false,
    },
  }
  return {
    digest: digestOf('countersign/plan/v1', plan as unknown as Json),
    signed: { plan, signature },
    trust,
  }
}
