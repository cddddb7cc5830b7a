import type { Act, SignedAct } from '@countersign/core/act/act'
import { subjectDigest } from '@countersign/core/act/subject'
import type { Digest } from '@countersign/core/kernel/digest'
import { digestOf } from '@countersign/crypto/digest-of'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeSigner, signAct } from '../testing/people.ts'
import { approve, endOf, entriesOf, planDigest, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type Manner, type TestRunner } from '../testing/test-runner.ts'

let site: TestSite
let runner: TestRunner

beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())
beforeEach(() => site.tick(2 * HOUR))

const authorize: Manner = { action: { reversibility: 'none' } }
const confirm: Manner = { action: { privileged: true } }
const OTHER: Digest = `sha256:${'1'.repeat(64)}`

async function asked(
  manner: Manner,
  by: Parameters<typeof proposeFor>[2] = { kind: 'detector', id: 'test' },
) {
  const id = await proposeFor(site, `${site.service()}-a`, by)
  const state = await until(site, runner, id, ['asking'], manner)
  const post = (signed: SignedAct) => site.call('POST', `/v1/proposals/${id}/approvals`, { body: { signed } })
  return { id, digest: planDigest(state), post }
}
async function refusals(id: string) {
  const { rows } = await site.database.pool.query<{ state: string }>(
    "select state from event where stream = $1 and type = 'approval-refused' order by seq",
    [`proposal/${id}`],
  )
  return rows.map(({ state }) => JSON.parse(state) as { person: string; code: string; says: string })
}

describe('an approval that breaks a rule is refused, and recorded with its code', () => {
  const mine =
    (by: string, changes: Partial<Act> = {}) =>
    (digest: Digest) =>
      site.sign(by, 'approve', digest, changes)
  const stranger = makeSigner('mallory', ['sre'])
  const signedBy = (id: string) => (digest: Digest) => {
    const act = {
      act: 'approve' as const,
      subject: digest,
      site: site.context.site,
      notAfter: site.context.now() + HOUR,
    }
    return signAct({ ...stranger, id }, act)
  }
  test.each<{ name: string; code: string; make: (digest: Digest) => SignedAct; person?: string }>([
    { name: 'another act', code: 'ACT_OTHER', make: (digest) => site.sign('bob', 'deny', digest) },
    { name: 'another site', code: 'ACT_OTHER_SITE', make: (digest) => mine('bob', { site: OTHER })(digest) },
    { name: 'another plan', code: 'ACT_OTHER_SUBJECT', make: () => mine('bob')(OTHER) },
    {
      name: 'an act that has ended',
      code: 'ACT_EXPIRED',
      make: (d) => mine('bob', { notAfter: site.context.now() - 1 })(d),
    },
    {
      name: 'one that would hold too long',
      code: 'ACT_TOO_LONG',
      make: (d) => mine('bob', { notAfter: site.context.now() + 30 * 24 * HOUR })(d),
    },
    { name: 'a person nobody knows', code: 'UNKNOWN_PERSON', make: signedBy('mallory'), person: 'unknown' },
    { name: "a key that is not this person's", code: 'KEY_NOT_THEIRS', make: signedBy('bob') },
    {
      name: 'a role that the person does not hold',
      code: 'ROLE_NOT_HELD',
      make: (d) => mine('bob', { role: 'governance' })(d),
    },
    {
      name: 'a signature over something else',
      code: 'SIGNATURE_WRONG',
      make: (digest) => ({ ...mine('bob')(digest), signature: mine('bob')(digest).signature }),
    },
    {
      name: 'a signature that is none',
      code: 'SIGNATURE_WRONG',
      make: (digest) => ({ ...mine('bob')(digest), signature: 'yes' }),
    },
  ])('$name', async ({ code, make, person = 'bob' }) => {
    const { id, digest, post } = await asked(confirm)
    const reply = await post(make(digest))
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ code: 'REFUSED', says: code })
    expect(await refusals(id)).toMatchObject([{ person, code }])
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('asking')
  })

  test('a second signature, and the proposer; the same act again is no second one', async () => {
    const { id, digest, post } = await asked(authorize, { kind: 'person', id: 'cat' })
    const signed = site.sign('bob', 'approve', digest)
    expect((await post(signed)).status).toBe(201)
    expect((await post(signed)).status).toBe(201)
    for (const [act, code] of [
      [site.sign('bob', 'approve', digest), 'SIGNED_ALREADY'],
      [site.sign('cat', 'approve', digest), 'IS_PROPOSER'],
    ] as const)
      expect((await post(act)).body).toMatchObject({ says: code })
    expect((await refusals(id)).map(({ code }) => code)).toEqual(['SIGNED_ALREADY', 'IS_PROPOSER'])
  })

  test('nobody waits for it', async () => {
    const id = await proposeFor(site, `${site.service()}-a`)
    await until(site, runner, id, ['granted'])
    const reply = await approve(site, id, 'bob')
    expect(reply).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
    expect(await refusals(id)).toMatchObject([{ code: 'NOT_ASKED', person: 'bob' }])
    const unknown = '00000000-0000-7000-8000-000000000000'
    const signed = site.sign('bob', 'approve', OTHER)
    const lost = await site.call('POST', `/v1/proposals/${unknown}/approvals`, { body: { signed } })
    expect(lost.status).toBe(404)
  })
})

describe('enough', () => {
  test('is two different people, one of them in the role of governance', async () => {
    const { id } = await asked(authorize)
    await approve(site, id, 'bob')
    await approve(site, id, 'cat')
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('asking')
    expect((await approve(site, id, 'ann', 'sre')).body).toMatchObject({
      missing: [{ role: 'governance', count: 1 }],
    })
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('asking')
  })

  test('is never the author of the runbook alone', async () => {
    const { id } = await asked(confirm)
    await approve(site, id, 'ann', 'sre')
    await work(site)
    expect((await stateOf(site, id)).phase).toBe('asking')
    await approve(site, id, 'bob')
    await until(site, runner, id, ['granted'], { silent: ['execute'] })
  })
})

test('one act that is posted many times at once counts once, wherever it is posted', async () => {
  const [one, other] = [await asked(authorize), await asked(authorize)]
  const signed = site.sign('bob', 'approve', one.digest)
  const replies = await Promise.all([
    one.post(signed),
    one.post(signed),
    one.post(signed),
    other.post(signed),
  ])
  // A lost answer may be asked for again; somewhere else the act is about another plan.
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 422])
  expect((await entriesOf(site, `proposal/${one.id}`)).filter((type) => type === 'approved')).toHaveLength(1)
  expect(await entriesOf(site, `proposal/${other.id}`)).not.toContain('approved')
})

test('one nonce in two different acts at once counts once', async () => {
  const [one, other] = [await asked(confirm), await asked(confirm)]
  const nonce = 'ab'.repeat(16)
  const replies = await Promise.all([
    one.post(site.sign('bob', 'approve', one.digest, { nonce })),
    other.post(site.sign('bob', 'approve', other.digest, { nonce })),
  ])
  expect(replies.map(({ status }) => status).sort()).toEqual([201, expect.toBeOneOf([409, 422])])
})

test('two signatures of one person at once count once', async () => {
  const { id, digest, post } = await asked(authorize)
  const replies = await Promise.all([1, 2, 3].map(() => post(site.sign('bob', 'approve', digest))))
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
  const state = await stateOf(site, id)
  expect(state.phase === 'asking' && state.asking.acts.length).toBe(1)
})

describe('a denial', () => {
  const denial = (digest: Digest, reason: string, by = 'bob') =>
    site.sign(by, 'deny', subjectDigest(digestOf, 'deny', { plan: digest, reason }))

  test('ends the proposal, with its reason in the erasable part only', async () => {
    const { id, digest } = await asked(confirm)
    const body = { reason: 'not now, please', signed: denial(digest, 'not now, please') }
    expect((await site.call('POST', `/v1/proposals/${id}/denials`, { body })).status).toBe(201)
    await work(site)
    expect(endOf(await stateOf(site, id)).outcome).toBe('denied')
    const { rows } = await site.database.pool.query<{ entry: string; state: string }>(
      'select entry, state from event where stream = $1',
      [`proposal/${id}`],
    )
    expect(rows.some(({ entry, state }) => `${entry}${state}`.includes('not now'))).toBe(false)
  })

  test('with another reason than was signed, or an approval in its place, is refused', async () => {
    const { id, digest } = await asked(confirm)
    const url = `/v1/proposals/${id}/denials`
    const other = { reason: 'another', signed: denial(digest, 'one') }
    expect((await site.call('POST', url, { body: other })).body).toMatchObject({ says: 'ACT_OTHER_SUBJECT' })
    const approval = { reason: 'another', signed: site.sign('bob', 'approve', digest) }
    expect((await site.call('POST', url, { body: approval })).body).toMatchObject({ says: 'ACT_OTHER' })
    expect((await stateOf(site, id)).phase).toBe('asking')
  })

  test('may come from the proposer, and races with an approval to one end', async () => {
    const { id, digest, post } = await asked(confirm, { kind: 'person', id: 'cat' })
    const body = { reason: 'oh no', signed: denial(digest, 'oh no', 'cat') }
    const [approved, denied] = await Promise.all([
      post(site.sign('bob', 'approve', digest)),
      site.call('POST', `/v1/proposals/${id}/denials`, { body }),
    ])
    await work(site)
    const { phase } = await stateOf(site, id)
    const types = await entriesOf(site, `proposal/${id}`)
    if (denied.status === 201) expect([phase, types.includes('granted')]).toEqual(['closed', false])
    else expect([approved.status, phase]).toEqual([201, 'granted'])
  })
})
