import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Act, SignedAct } from '../act/act.ts'
import { ACTS } from '../act/act.ts'
import { subjectDigest } from '../act/subject.ts'
import {
  approve,
  digestOf,
  keyLine,
  NOW,
  plan,
  planDigest,
  SITE,
  signAct,
  trustOf,
  verify,
} from '../act/testing/site.ts'
import type { Digest } from '../kernel/digest.ts'
import { type ActContext, checkAct } from './check.ts'

const body = plan()
const context: ActContext = {
  trust: trustOf(),
  now: NOW,
  act: 'approve',
  subject: planDigest(body),
  usedNonces: new Set(),
  proposer: body.proposer,
  already: [],
}
const DAY = 86_400_000
const other: Digest = `sha256:${'f'.repeat(64)}`
const denial = signAct('ann', {
  act: 'deny',
  subject: subjectDigest(digestOf, 'deny', { plan: planDigest(body), reason: 'no' }),
  site: SITE,
  role: 'sre',
  notAfter: NOW + 1,
})
const good = approve('ann', 'sre', body)
const withAct = (changes: object): SignedAct => ({ ...good, act: { ...good.act, ...changes } as Act })

test('counts a good act', () => {
  expect(checkAct(good, verify, context)).toEqual({ ok: true })
})

test.each<{ name: string; signed: SignedAct; given?: Partial<ActContext>; code: string }>([
  { name: 'a denial replayed as approval', signed: denial, code: 'ACT_OTHER' },
  {
    name: 'a denial relabelled as approval',
    signed: { ...denial, act: { ...denial.act, act: 'approve', subject: planDigest(body) } },
    code: 'SIGNATURE_WRONG',
  },
  {
    name: 'an approval signed in the namespace of denials',
    signed: signAct('ann', good.act, keyLine('ann'), 'deny@countersign'),
    code: 'SIGNATURE_WRONG',
  },
  {
    name: 'a signature from another site',
    signed: approve('ann', 'sre', body, { site: other }),
    code: 'ACT_OTHER_SITE',
  },
  {
    name: 'an approval of another plan',
    signed: approve('ann', 'sre', plan({ id: 'plan-2' })),
    code: 'ACT_OTHER_SUBJECT',
  },
  {
    name: 'an expired approval',
    signed: approve('ann', 'sre', body, { notAfter: NOW }),
    code: 'ACT_EXPIRED',
  },
  {
    name: 'an approval that holds for two days',
    signed: approve('ann', 'sre', body, { notAfter: NOW + 2 * DAY }),
    code: 'ACT_TOO_LONG',
  },
  {
    name: 'a nonce used before',
    signed: good,
    given: { usedNonces: new Set([good.act.nonce]) },
    code: 'NONCE_USED',
  },
  {
    name: 'somebody who is not in the chain',
    signed: approve('mallory', 'sre', body),
    code: 'UNKNOWN_PERSON',
  },
  {
    name: 'the key of someone else',
    signed: signAct('ann', good.act, keyLine('bob')),
    code: 'KEY_NOT_THEIRS',
  },
  { name: 'an expired key', signed: approve('old', 'sre', body), code: 'KEY_NOT_THEIRS' },
  { name: 'a role not held', signed: approve('bob', 'governance', body), code: 'ROLE_NOT_HELD' },
  {
    name: 'one person twice with two keys',
    signed: signAct('eve', { ...good.act, role: 'governance' }, keyLine('eve2')),
    given: { already: ['eve'] },
    code: 'SIGNED_ALREADY',
  },
  {
    name: 'the proposer',
    signed: good,
    given: { proposer: { kind: 'person', id: 'ann' } },
    code: 'IS_PROPOSER',
  },
  { name: 'an unknown field', signed: withAct({ also: 1 }), code: 'ACT_FORM' },
  { name: 'act version 2', signed: withAct({ v: 2 }), code: 'ACT_FORM' },
  { name: 'a signature over something else', signed: { ...good, signature: 'x' }, code: 'SIGNATURE_WRONG' },
])('does not count $name', ({ signed, given, code }) => {
  const answer = checkAct(signed, verify, { ...context, ...given })
  expect(answer).toMatchObject({ ok: false, code })
})

test('lets the only person of a one-person install sign their own proposal', () => {
  const trust = trustOf({ ...trustOf().body, onePerson: true })
  expect(checkAct(good, verify, { ...context, trust, proposer: { kind: 'person', id: 'ann' } })).toEqual({
    ok: true,
  })
})

test('never counts an act for another name, subject or site than it was signed for', () => {
  const digests = fc.constantFrom<Digest>(planDigest(body), other, SITE)
  fc.assert(
    fc.property(fc.constantFrom(...ACTS), digests, digests, (act, subject, site) => {
      const changed: SignedAct = { ...good, act: { ...good.act, act, subject, site } }
      const same = act === 'approve' && subject === good.act.subject && site === good.act.site
      expect(checkAct(changed, verify, { ...context, act, subject }).ok).toBe(same)
    }),
  )
})

test('gives each act its own subject, also over equal documents', () => {
  const about = { grant: 'g', reason: 'r' }
  const digests = (['abort', 'reverse', 'take'] as const).map((act) => subjectDigest(digestOf, act, about))
  expect(new Set(digests).size).toBe(3)
})
