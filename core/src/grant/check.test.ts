import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  approve,
  digestOf,
  grant,
  keyLine,
  NOW,
  plan,
  planDigest,
  RUNBOOK,
  signAct,
  signGrant,
  signPlan,
  trustOf,
  verify,
  verifyMachine,
} from '../act/testing/site.ts'
import type { Json } from '../kernel/json.ts'
import type { Plan } from '../plan/plan.ts'
import type { UnsignedRule } from '../runner/config.ts'
import { checkGrant, type GrantContext } from './check.ts'
import type { SignedGrant } from './grant.ts'
import { readSignedGrant } from './read-grant.ts'

const rule: UnsignedRule = {
  runbook: 'restart',
  digest: RUNBOOK,
  targets: ['web1', 'web2'],
  rate: { acts: 2, within: 3_600_000 },
  concurrency: 1,
  floor: 1,
  preconditions: [],
}
const base: GrantContext = {
  runner: 'runner-1',
  trust: trustOf(),
  now: NOW,
  ownKey: 'runner-key',
  usedGrants: new Set(),
  usedNonces: new Set(),
  planned: () => ({ authors: [] }),
  kinds: ['service.restart'],
  onePersonKinds: ['service.restart'],
  rules: [rule],
  uses: [],
}
const checks = { verify, verifyMachine, digestOf }
const body = plan()
const both = (of: Plan = body) => [approve('ann', 'governance', of), approve('bob', 'sre', of)]

type Row = { of?: Plan; signed?: SignedGrant; planKey?: string; given?: Partial<GrantContext> }
const ask = ({ of = body, signed = grant(of, both(of)), planKey, given }: Row) =>
  checkGrant({ plan: signPlan(of, planKey), signed }, { ...base, ...given }, checks)
const codeOf = (row: Row) => {
  const answer = ask(row)
  return answer.ok ? answer.by : answer.refused.code
}

const dangerous: Partial<GrantContext> = { kinds: ['dns.change'] }
const twice = approve('eve', 'governance', body)
const noUndo = plan({ steps: body.steps.map((step) => ({ ...step, undo: null })) })
const limited = plan({ limits: [{ id: 'empty', says: 'the set would be empty', limit: '1', actual: '0' }] })
const auto = (of: Plan) => grant(of, [])
const bare = { of: body, signed: auto(body) }

test.each<{ name: string; code: string } & Row>([
  { name: 'two people', code: 'people' },
  { name: 'the envelope', signed: auto(body), code: 'envelope' },
  {
    name: 'one person where the kind is listed',
    signed: grant(body, [approve('bob', 'sre', body)], { outcome: 'confirm' }),
    code: 'people',
  },
  {
    name: 'one person where the server says auto',
    signed: grant(body, [approve('bob', 'sre', body)], { outcome: 'auto' }),
    code: 'people',
  },
  {
    name: 'one person where the kind is not listed',
    signed: grant(body, [approve('bob', 'sre', body)], { outcome: 'confirm' }),
    given: dangerous,
    code: 'SIGNATURES_MISSING',
  },
  {
    name: 'one person where the server says authorize',
    signed: grant(body, [approve('ann', 'governance', body)]),
    code: 'SIGNATURES_MISSING',
  },
  {
    name: 'no person where the server says authorize',
    signed: grant(body, [], { outcome: 'authorize' }),
    code: 'SIGNATURES_MISSING',
  },
  {
    name: 'two people without governance',
    signed: grant(body, [approve('ann', 'sre', body), approve('bob', 'sre', body)]),
    code: 'SIGNATURES_MISSING',
  },
  {
    name: 'only the author',
    signed: grant(body, [approve('bob', 'sre', body)], { outcome: 'confirm' }),
    given: { planned: () => ({ authors: ['bob'] }) },
    code: 'SIGNATURES_MISSING',
  },
  {
    name: 'one person with two keys',
    signed: grant(body, [twice, signAct('eve', { ...twice.act, nonce: 'e'.repeat(32) }, keyLine('eve2'))]),
    code: 'SIGNATURE_INVALID',
  },
  {
    name: 'the proposer among them',
    of: plan({ proposer: { kind: 'person', id: 'bob' } }),
    code: 'SIGNATURE_INVALID',
  },
  {
    name: 'one bad act beside two good',
    signed: grant(body, [...both(), approve('eve', 'governance', plan({ id: 'x' }))]),
    code: 'SIGNATURE_INVALID',
  },
  {
    name: 'acts for another plan',
    signed: grant(body, both(plan({ id: 'plan-2' }))),
    code: 'SIGNATURE_INVALID',
  },
  { name: 'a nonce used before', given: { usedNonces: { has: () => true } }, code: 'SIGNATURE_INVALID' },
  {
    name: 'acts the grant does not name',
    signed: { ...grant(body, both()), acts: both() },
    code: 'SIGNATURES_MISSING',
  },
  {
    name: 'a grant for another runner',
    signed: grant(body, both(), { runner: 'runner-2' }),
    code: 'GRANT_FOR_OTHER',
  },
  {
    name: 'a grant for another site',
    signed: grant(body, both(), { site: RUNBOOK }),
    code: 'GRANT_FOR_OTHER',
  },
  { name: 'a grant used before', given: { usedGrants: new Set(['grant-1']) }, code: 'GRANT_USED' },
  { name: 'an expired grant', signed: grant(body, both(), { notAfter: NOW }), code: 'GRANT_EXPIRED' },
  {
    name: 'a grant signed by another key',
    signed: signGrant(grant(body, both()).grant, both(), 'grant-1', 'stolen'),
    code: 'GRANT_SIGNATURE',
  },
  {
    name: 'a grant key that is not in the chain',
    signed: signGrant(grant(body, both()).grant, both(), 'grant-9'),
    code: 'GRANT_SIGNATURE',
  },
  { name: 'a grant for another plan', signed: grant(plan({ id: 'plan-2' }), both()), code: 'PLAN_CHANGED' },
  { name: 'a plan that the runner did not sign', planKey: 'server-key', code: 'PLAN_CHANGED' },
  { name: 'a plan that the journal does not know', given: { planned: () => null }, code: 'PLAN_CHANGED' },
  { name: 'an expired plan', of: plan({ expiresAt: NOW }), code: 'PLAN_EXPIRED' },
  { name: 'a hard limit, whoever signed', of: limited, code: 'LIMIT_HIT' },
  {
    name: 'a precondition that does not hold',
    of: plan({ preconditions: [{ id: 'p', says: 's', holds: 'no' }] }),
    code: 'PRECONDITION',
  },
  {
    name: 'unsigned: a digest nobody allowed',
    ...{ of: plan({ runbook: { id: 'restart', digest: planDigest(body) } }) },
    signed: auto(plan({ runbook: { id: 'restart', digest: planDigest(body) } })),
    code: 'RUNBOOK_NOT_ALLOWED',
  },
  { name: 'unsigned: no rules', ...bare, given: { rules: [] }, code: 'RUNBOOK_NOT_ALLOWED' },
  {
    name: 'unsigned: an empty list of targets',
    ...bare,
    given: { rules: [{ ...rule, targets: [] }] },
    code: 'OUTSIDE_ENVELOPE',
  },
  { name: 'unsigned: no undo', of: noUndo, signed: auto(noUndo), code: 'OUTSIDE_ENVELOPE' },
  {
    name: 'unsigned: over the rate',
    ...bare,
    given: {
      uses: [
        { runbook: 'restart', at: NOW - 10, open: false },
        { runbook: 'restart', at: NOW + 9e9, open: false },
      ],
    },
    code: 'RATE_EXCEEDED',
  },
  {
    name: 'unsigned: one is open',
    ...bare,
    given: { uses: [{ runbook: 'restart', at: NOW - 9e9, open: true }] },
    code: 'RATE_EXCEEDED',
  },
  {
    name: 'unsigned: old uses only',
    ...bare,
    given: { uses: [{ runbook: 'restart', at: NOW - 9e9, open: false }] },
    code: 'envelope',
  },
])('with $name: $code', ({ code, ...row }) => {
  expect(codeOf(row)).toBe(code)
})

test.each<{ name: string; changes: Partial<Plan> }>([
  { name: 'cannot be undone', changes: { action: { ...body.action, reversibility: 'none' } } },
  { name: 'is privileged', changes: { action: { ...body.action, privileged: true } } },
  { name: 'goes to a foreign target', changes: { targets: [{ id: 'db1', service: 'shop', address: 'x' }] } },
  {
    name: 'has a step elsewhere',
    changes: { steps: body.steps.map((step) => ({ ...step, target: 'db1' })) },
  },
  { name: 'leaves too few members', changes: { scope: { ...body.scope, remainingDuring: 0 } } },
  { name: 'leaves nobody knows how many', changes: { scope: { ...body.scope, remainingDuring: null } } },
  {
    name: 'has an unknown precondition',
    changes: { preconditions: [{ id: 'p', says: 's', holds: 'unknown' }] },
  },
])('never runs unsigned what $name, and does with two people', ({ changes }) => {
  const of = plan(changes)
  expect(codeOf({ of, signed: auto(of) })).toBe('OUTSIDE_ENVELOPE')
  expect(codeOf({ of })).toBe('people')
})

test.each([
  { name: 'an unknown field', change: (grant: object) => ({ ...grant, also: 1 }) },
  { name: 'version 2', change: (grant: object) => ({ ...grant, v: 2 }) },
  { name: 'a time that is no integer', change: (grant: object) => ({ ...grant, notAfter: 1.5 }) },
  { name: 'an unknown outcome', change: (grant: object) => ({ ...grant, outcome: 'yes' }) },
])('does not read a grant with $name', ({ change }) => {
  const signed = grant(body, both())
  expect(readSignedGrant({ ...signed, grant: change(signed.grant) } as unknown as Json)).toHaveProperty(
    'refused',
  )
  expect(readSignedGrant(signed as unknown as Json)).toEqual({ signed })
})

test('never lets the server’s word loosen what the runner demands', () => {
  const votes = fc.subarray([approve('ann', 'governance', body), approve('bob', 'sre', body)])
  const outcomes = fc.constantFrom('auto' as const, 'confirm' as const, 'authorize' as const)
  fc.assert(
    fc.property(votes, outcomes, fc.boolean(), (acts, outcome, listed) => {
      const given = {
        rules: [],
        kinds: ['dns.change' as const],
        onePersonKinds: listed ? ['dns.change' as const] : [],
      }
      const answer = ask({ signed: grant(body, acts, { outcome }), given })
      const needed = outcome === 'authorize' || !listed ? 2 : 1
      expect(answer.ok).toBe(acts.length >= needed)
    }),
  )
})
