import type { HoldScope } from '@countersign/core/hold/hold'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { approve, endOf, proposeFor, sendPages, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type TestRunner } from '../testing/test-runner.ts'
import { pageOverdue } from './handle.ts'

let site: TestSite
let runner: TestRunner
let service: string

beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())
beforeEach(() => {
  site.tick(2 * HOUR)
  service = site.service()
})

type Held = { id: string; overdue: boolean; reason: string }
const list = async () => (await site.call('GET', '/v1/holds')).body as unknown as { items: Held[] }
async function hold(scope: HoldScope, until = site.context.now() + HOUR) {
  const wish = { scope, reason: 'a change of power', until }
  const body = { ...wish, signed: site.signAbout('bob', 'hold', wish) }
  const reply = await site.call('POST', '/v1/holds', { body })
  if (reply.status !== 201) throw new Error(reply.text)
  return { id: String(reply.body['id']), body }
}
const resume = (id: string, by = 'cat') =>
  site.call('POST', `/v1/holds/${id}/resume`, {
    body: { signed: site.signAbout(by, 'resume', { hold: id }) },
  })

const SCOPES: { name: string; scope: (service: string) => HoldScope; holds: boolean }[] = [
  { name: 'everything', scope: () => ({ kind: 'everything' }), holds: true },
  { name: 'its area', scope: () => ({ kind: 'area', id: 'service' }), holds: true },
  { name: 'its service', scope: (id) => ({ kind: 'service', id }), holds: true },
  { name: 'its runbook', scope: () => ({ kind: 'runbook', id: 'restart' }), holds: true },
  { name: 'another service', scope: () => ({ kind: 'service', id: 'other' }), holds: false },
  { name: 'another area', scope: () => ({ kind: 'area', id: 'dns' }), holds: false },
]

test.each(SCOPES)('a hold on $name refuses what is proposed meanwhile: $holds', async ({ scope, holds }) => {
  const { id } = await hold(scope(service))
  const proposal = await proposeFor(site, `${service}-a`)
  const state = await until(site, runner, proposal, ['granted', 'closed'], { silent: ['execute'] })
  await resume(id)
  if (!holds) return expect(state.phase).toBe('granted')
  expect(endOf(state)).toEqual({
    outcome: 'refused',
    because: 'Nothing runs while a hold covers it; a person resumes first.',
  })
})

test.each(SCOPES)(
  'a hold on $name keeps back what was decided before it: $holds',
  async ({ scope, holds }) => {
    const proposal = await proposeFor(site, `${service}-a`)
    await until(site, runner, proposal, ['asking'], { action: { privileged: true } })
    const { id } = await hold(scope(service))
    await approve(site, proposal, 'bob')
    await work(site)
    const state = await stateOf(site, proposal)
    expect(state.phase).toBe(holds ? 'asking' : 'granted')
    if (holds) {
      expect(state).toMatchObject({ waits: 'held' })
      await work(site)
      expect((await sendPages(site)).filter((one) => one === `${proposal} waits`)).toHaveLength(1)
    }
    expect((await resume(id)).status).toBe(201)
    site.tick(2_000)
    await until(site, runner, proposal, ['granted'], { silent: ['execute'] })
  },
)

test('a hold tells running acts to stop between two steps', async () => {
  const proposal = await proposeFor(site, `${service}-a`)
  const state = await until(site, runner, proposal, ['granted'])
  const { id } = await hold({ kind: 'service', id: service })
  const reply = await runner.report({ type: 'accepted', task: '00000000-0000-7000-8000-000000000000' })
  const grant = state.phase === 'granted' ? state.grant.grant.id : ''
  expect(reply.body).toMatchObject({ word: { stop: [{ grant, how: 'hold' }] } })
  await resume(id)
  const after = await runner.report({ type: 'accepted', task: '00000000-0000-7000-8000-000000000000' })
  expect(after.body).toMatchObject({ word: { stop: [] } })
})

test('at its end it pages once, and goes on holding until a person lifts it', async () => {
  const { id } = await hold({ kind: 'service', id: service }, site.context.now() + 1_000)
  await pageOverdue(site.context)
  expect(await sendPages(site)).not.toContain(`hold ${id}`)
  site.tick(1_000)
  await pageOverdue(site.context)
  await Promise.all([pageOverdue(site.context), pageOverdue(site.context)])
  expect((await sendPages(site)).filter((one) => one === `hold ${id}`)).toHaveLength(1)
  expect((await list()).items.find((one) => one.id === id)).toMatchObject({ overdue: true })
  const proposal = await proposeFor(site, `${service}-a`)
  expect(endOf(await until(site, runner, proposal, ['closed'])).outcome).toBe('refused')
  expect((await resume(id)).status).toBe(201)
  expect((await list()).items.some((one) => one.id === id)).toBe(false)
})

test('its words, its scope and its end are what was signed', async () => {
  const { id, body } = await hold({ kind: 'service', id: service })
  for (const changes of [
    { scope: { kind: 'everything' } },
    { reason: 'another' },
    { until: body.until + 1 },
    { signed: site.signAbout('bob', 'resume', { hold: id }) },
  ]) {
    const signed = site.signAbout('bob', 'hold', {
      scope: body.scope,
      reason: body.reason,
      until: body.until,
    })
    const reply = await site.call('POST', '/v1/holds', { body: { ...body, signed, ...changes } })
    expect(reply.status).toBe(422)
  }
  expect((await resume('00000000-0000-7000-8000-000000000000')).status).toBe(404)
  const other = { signed: site.signAbout('cat', 'resume', { hold: 'another' }) }
  expect((await site.call('POST', `/v1/holds/${id}/resume`, { body: other })).status).toBe(422)
  const [first, second] = await Promise.all([resume(id), resume(id, 'ann')])
  expect([first.status, second.status].sort()).toEqual([201, 404])
})

test('no grant slips through while a hold is being set', async () => {
  for (const member of ['a', 'b', 'c', 'd']) {
    const proposal = await proposeFor(site, `${service}-${member}`)
    await until(site, runner, proposal, ['planning'])
    const task = (await runner.take()).find((one) => one.type === 'plan' && one.request.proposal === proposal)
    if (task?.type !== 'plan') throw new Error('expected a plan task')
    const plan = runner.planFor(task.request)
    const [held] = await Promise.all([
      hold({ kind: 'service', id: service }),
      runner.report({ type: 'planned', task: task.id, plan }),
    ])
    const { rows } = await site.database.pool.query<{ gid: number; type: string }>(
      "select gid, type from event where stream in ($1, 'site') and type in ('granted', 'hold-set') order by gid desc limit 2",
      [`proposal/${proposal}`],
    )
    // Newest first: either the hold came last, or there is no grant at all.
    expect(rows[0]?.type).toBe('hold-set')
    await resume(held.id)
  }
})
