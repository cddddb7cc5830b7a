import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SignedAct } from '@countersign/core/act/act'
import { publishedDigest } from '@countersign/core/approval/published'
import { digestOf } from '@countersign/crypto/digest-of'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { makeSigner } from '../testing/people.ts'
import { endOf, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner } from '../testing/test-runner.ts'
import { restart } from '../testing/texts.ts'
import { openPublications, policyInForce } from './handle.ts'
import { createPublished } from './published.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())

const said = (id: string, says: string) =>
  restart({ id, alert: 'Nothing', says: `Restarts a target. ${says}` })
const publish = (id: string, text: string, acts: SignedAct[], what = 'runbook') =>
  site.call('POST', '/v1/publications', { body: { what, id, text, acts } })
const signed = (id: string, text: string, by: 'ann' | 'bob' = 'ann') =>
  site.publication('runbook', id, text, [site.people[by]]).acts
const inForce = (id: string) => site.context.published.runbook(id)?.text ?? null

test('a new version that is signed comes in; plans that rest on the old one still find it', async () => {
  const [first, second] = [said('versions', 'Once.'), said('versions', 'Twice.')]
  for (const text of [first, second]) {
    const reply = await publish('versions', text, signed('versions', text))
    expect(reply).toMatchObject({ status: 201, body: { id: 'versions', text } })
  }
  expect(inForce('versions')).toBe(second)
  const listed = await site.call('GET', '/v1/publications')
  const items = (listed.body as unknown as { items: { id: string; text: string }[] }).items
  expect(items.filter(({ id }) => id === 'versions')).toMatchObject([{ text: second }])
  const digest = publishedDigest(digestOf, 'runbook', first)
  expect(site.context.published.runbook('versions', digest)?.text).toBe(first)
})

test('a text that was superseded needs a new signature: the old acts, which anyone may read, bring nothing back', async () => {
  const [first, second] = [said('back', 'Once.'), said('back', 'Twice.')]
  const acts = signed('back', first)
  await publish('back', first, acts)
  await publish('back', second, signed('back', second))
  expect(await publish('back', first, acts)).toMatchObject({ status: 422 })
  expect(inForce('back')).toBe(second)
  expect((await publish('back', first, signed('back', first))).status).toBe(201)
  expect(inForce('back')).toBe(first)
})

test('one policy is in force, whatever it is called, and other replicas hear of it', async () => {
  const before = site.context.published.policy()?.text ?? ''
  const other: Context = { ...site.context, published: createPublished() }
  await openPublications(other, { policy: join(site.folder, 'none.yaml'), runbooks: [] }).catch(
    () => undefined,
  )
  const strict = `${before}# stricter\n`
  const acts = site.publication('policy', 'strict', strict, [site.people.bob]).acts
  expect((await publish('strict', strict, acts, 'policy')).status).toBe(201)
  const { rows } = await site.context.pool.query(
    "select id from publication where what = 'policy' and in_force",
  )
  expect(rows).toEqual([{ id: 'strict' }])
  expect(other.published.policy()?.text).toBe(before)
  // A replica that cannot read what is in force has no policy: not the one it remembers.
  const trust = site.context.trust.current()
  const people = trust.body.people.filter(({ id }) => id !== 'bob')
  const blind = {
    ...other,
    trust: { ...other.trust, current: () => ({ ...trust, body: { ...trust.body, people } }) },
  }
  expect(await policyInForce(blind, site.context.pool)).toBe(null)
  expect((await policyInForce(other, site.context.pool))?.text).toBe(strict)
  const again = site.publication('policy', 'default', before, [site.people.bob]).acts
  expect((await publish('default', before, again, 'policy')).status).toBe(201)
})

test.each<{ name: string; make: (text: string) => SignedAct[]; says: string }>([
  {
    name: 'the signature of another text',
    make: () => signed('stays', said('stays', 'Another.')),
    says: 'is about',
  },
  { name: 'the signature of another runbook', make: (text) => signed('other', text), says: 'is about' },
  {
    name: 'a signature of somebody else',
    make: (text) => strangers(text),
    says: '"mallory" is not in trust/1',
  },
  {
    name: 'one good signature and one that is not',
    make: (text) => [...signed('stays', text), ...strangers(text)],
    says: '"mallory" is not in trust/1',
  },
  {
    name: 'one person twice',
    make: (text) => [...signed('stays', text), ...signed('stays', text)],
    says: 'signed already',
  },
])('a changed text with $name stays out', async ({ make, says }) => {
  const before = said('stays', 'As it was.')
  await publish('stays', before, signed('stays', before))
  const changed = said('stays', 'Changed.')
  const reply = await publish('stays', changed, make(changed))
  expect(reply).toMatchObject({ status: 422, body: { says: 'PUBLICATION' } })
  expect(reply.text).toContain(JSON.stringify(says).slice(1, -1))
  expect(inForce('stays')).toBe(before)
})

test('a signed text that does not check stays out, with its place', async () => {
  const text = said('typo', 'Once.').replace('reviewEvery: 90d', 'reviewEvery: often')
  const reply = await publish('typo', text, signed('typo', text))
  expect(reply.status).toBe(422)
  expect(reply.body['detail']).toMatch(/^\d+:\d+ /)
  const other = said('typo', 'Once.')
  expect((await publish('named-otherwise', other, signed('named-otherwise', other))).status).toBe(422)
})

test('text without signatures is not even asked for a form', async () => {
  expect((await publish('bare', said('bare', 'Once.'), [])).status).toBe(400)
})

test('files that changed without new signatures stay out at start, the others come in', async () => {
  const folder = join(site.folder, 'runbooks')
  mkdirSync(folder)
  const [good, bad] = [said('good', 'Once.'), said('bad', 'Once.')]
  writeFileSync(join(folder, 'good.yaml'), good)
  writeFileSync(join(folder, 'good.acts.json'), JSON.stringify(signed('good', good)))
  writeFileSync(join(folder, 'bad.yaml'), `${bad}# changed since\n`)
  writeFileSync(join(folder, 'bad.acts.json'), JSON.stringify(signed('bad', bad)))
  writeFileSync(join(folder, 'unsigned.yaml'), said('unsigned', 'Once.'))
  const leftOut = await reopen(site.context, [folder])
  expect(leftOut.leftOut.map(({ file }) => file.slice(folder.length + 1))).toEqual([
    'bad.yaml',
    'unsigned.yaml',
  ])
  expect(leftOut.leftOut[1]?.because).toContain('was signed by nobody')
  expect(leftOut.published.runbook('good')?.text).toBe(good)
  expect(leftOut.published.runbook('bad')).toBe(null)
})

test('when the signature of what is in force no longer holds, an older text does not come back instead', async () => {
  const [first, second] = [said('revoked', 'Once.'), said('revoked', 'Twice.')]
  await publish('revoked', first, signed('revoked', first, 'ann'))
  await publish('revoked', second, signed('revoked', second, 'bob'))
  const policy = site.context.published.policy()?.text ?? ''
  const stricter = `${policy}# stricter\n`
  await publish(
    'default',
    stricter,
    site.publication('policy', 'default', stricter, [site.people.bob]).acts,
    'policy',
  )
  const trust = site.context.trust.current()
  const people = trust.body.people.filter(({ id }) => id !== 'bob')
  const without = { ...site.context.trust, current: () => ({ ...trust, body: { ...trust.body, people } }) }
  const { published, leftOut } = await reopen({ ...site.context, trust: without }, [])
  expect(published.policy()).toBe(null)
  expect(published.runbook('revoked')).toBe(null)
  expect(leftOut.map(({ because }) => because).join()).toContain('"bob" is not in trust/1')
  const again = await reopen(site.context, [])
  expect(again.published.policy()?.text).toBe(stricter)
  expect(again.published.runbook('revoked')?.text).toBe(second)
  await publish(
    'default',
    policy,
    site.publication('policy', 'default', policy, [site.people.ann]).acts,
    'policy',
  )
})

test('without a policy in force nothing is decided: a person looks', async () => {
  const runner = createTestRunner(site)
  const id = await proposeFor(site, `${site.service()}-a`)
  await until(site, runner, id, ['planning'])
  const task = (await runner.take()).find(({ type }) => type === 'plan')
  if (task?.type !== 'plan') throw new Error('expected a plan task')
  const { published } = site.context
  site.context.published = { ...published, policy: () => null }
  await runner.report({ type: 'planned', task: task.id, plan: runner.planFor(task.request) })
  await work(site)
  expect(endOf(await stateOf(site, id))).toEqual({ outcome: 'escalated', because: 'no policy is in force' })
  expect((await site.call('GET', '/v1/health', { token: null })).text).toContain('no policy is in force')
  site.context.published = published
})

function strangers(text: string): SignedAct[] {
  return site.publication('runbook', 'stays', text, [makeSigner('mallory', ['sre'])]).acts
}

async function reopen(context: Context, runbooks: string[]) {
  const empty = join(site.folder, 'empty')
  mkdirSync(empty, { recursive: true })
  const restarted = { ...context, published: createPublished() }
  const leftOut = await openPublications(restarted, { policy: empty, runbooks })
  return { published: restarted.published, leftOut }
}
