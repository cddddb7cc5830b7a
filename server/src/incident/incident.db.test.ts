import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  alert,
  approve,
  endOf,
  entriesOf,
  incidentOf,
  proposeFor,
  sendPages,
  stateOf,
  until,
  work,
} from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, refusal, type TestRunner } from '../testing/test-runner.ts'
import { advanceIncident } from './advance.ts'

let site: TestSite
let runner: TestRunner
let host: string

beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())
beforeEach(() => {
  site.tick(25 * HOUR)
  site.monitor.up.clear()
  host = `${site.service()}-a`
})

async function open(alertname = 'Down') {
  const startsAt = site.context.now()
  const [receipt] = await alert(site, [{ host, alertname, startsAt }])
  const id = receipt?.incident ?? ''
  await work(site)
  const end = async () => {
    await alert(site, [{ host, alertname, startsAt, status: 'resolved' }])
    await work(site)
  }
  return { id, startsAt, end, state: await incidentOf(site, id) }
}

async function repair(id: string) {
  const proposal = (await incidentOf(site, id)).proposals.at(-1)?.id ?? ''
  await until(site, runner, proposal, ['watching'])
  site.monitor.up.add(host)
  return endOf(await until(site, runner, proposal, ['closed']))
}

describe('routing', () => {
  test('makes a proposal where a published runbook fits, and resolves when the signal ends after it', async () => {
    const { id, state, end } = await open()
    expect(state.proposals).toMatchObject([{ runbook: 'restart', target: host, outcome: null }])
    expect(state.escalations).toEqual([])
    expect((await repair(id)).outcome).toBe('resolved')
    await end()
    expect(await incidentOf(site, id)).toMatchObject({ status: 'resolved' })
  })

  test('calls a person, once, where no runbook fits', async () => {
    const { id, state } = await open('NobodyKnows')
    expect(state).toMatchObject({ proposals: [], route: { route: 'person' }, escalations: [{ role: 'sre' }] })
    expect(await sendPages(site)).toEqual([`incident ${id}`])
    await alert(site, [{ host, alertname: 'NobodyKnows', startsAt: site.context.now() }])
    await work(site)
    expect((await incidentOf(site, id)).escalations).toHaveLength(1)
    expect(site.monitor.pages.filter(({ incident }) => incident === id)).toHaveLength(1)
  })

  test('calls a person where a runbook is triggered and its parameters do not fit', async () => {
    const startsAt = site.context.now()
    const [receipt] = await alert(site, [
      { host, alertname: 'Picky', startsAt, labels: { unit: 'NOT 1 UNIT' } },
    ])
    await work(site)
    const state = await incidentOf(site, receipt?.incident ?? '')
    expect(state.proposals).toEqual([])
    expect(state.escalations).toHaveLength(1)
  })

  test('resolves without an act of ours where the signal ends by itself', async () => {
    const { id, end } = await open('NobodyKnows')
    await end()
    expect(await incidentOf(site, id)).toMatchObject({ status: 'resolved', proposals: [] })
  })
})

describe('what comes again', () => {
  test('is linked to the incident that was resolved', async () => {
    const first = await open()
    await repair(first.id)
    await first.end()
    site.monitor.up.clear()
    site.tick(3 * HOUR)
    const second = await open()
    expect(second.id).not.toBe(first.id)
    expect(second.state.recurrenceOf).toBe(first.id)
  })

  test('is not repaired a second time while the signal is the same, and a person is told that the two disagree', async () => {
    const { id, startsAt } = await open()
    await repair(id)
    await alert(site, [{ host, startsAt }])
    site.tick(130_000)
    await advanceIncident(site.context, id)
    const state = await incidentOf(site, id)
    expect(state.proposals).toHaveLength(1)
    expect(state.escalations.map(({ because }) => because)).toEqual([
      'the repair was judged healthy, but its signal goes on',
    ])
    await advanceIncident(site.context, id)
    expect((await incidentOf(site, id)).escalations).toHaveLength(1)
  })

  test('is repaired again when a new signal comes after a repair that helped', async () => {
    const { id } = await open()
    await repair(id)
    site.monitor.up.clear()
    site.tick(10_000)
    await alert(site, [{ host, startsAt: site.context.now() }])
    await work(site)
    expect((await incidentOf(site, id)).proposals).toHaveLength(2)
  })

  test('is not tried again after a repair that did not help', async () => {
    const { id, state } = await open()
    const proposal = state.proposals[0]?.id ?? ''
    await until(site, runner, proposal, ['closed'], { result: 'failed' })
    site.tick(10_000)
    await alert(site, [{ host, startsAt: site.context.now() }])
    await work(site)
    const after = await incidentOf(site, id)
    expect(after.proposals).toMatchObject([{ outcome: 'escalated' }])
    expect(after.escalations.length).toBeGreaterThan(0)
  })

  test('opens the breaker: no further repair, and the cause is asked for once', async () => {
    for (let i = 0; i < 3; i++) {
      site.monitor.up.clear()
      const one = await proposeFor(site, host, { kind: 'person', id: 'ops' })
      const state = await until(site, runner, one, ['asking', 'watching'])
      if (state.phase === 'asking') {
        await approve(site, one, 'bob')
      }
      await until(site, runner, one, ['watching'])
      site.monitor.up.add(host)
      await until(site, runner, one, ['closed'])
      site.tick(60_000)
    }
    site.monitor.up.clear()
    const { id, state } = await open()
    const proposal = state.proposals[0]?.id ?? ''
    expect(endOf(await until(site, runner, proposal, ['closed'])).outcome).toBe('refused')
    await work(site)
    site.tick(10_000)
    await alert(site, [{ host, startsAt: site.context.now() }])
    await work(site)
    const types = await entriesOf(site, `incident/${id}`)
    expect(types.filter((type) => type === 'cause-asked')).toHaveLength(1)
    expect((await incidentOf(site, id)).cause).toBe('asked')
    const signed = site.signAbout('bob', 'review', { proposal: id, finding: 'code' })
    const reply = await site.call('POST', `/v1/incidents/${id}/cause`, { body: { cause: 'code', signed } })
    expect(reply.status).toBe(201)
    expect((await incidentOf(site, id)).cause).toBe('code')
  })
})

test('a repair that the runner cannot plan is told to the incident, and a person is called', async () => {
  const { id, state } = await open()
  const proposal = state.proposals[0]?.id ?? ''
  await until(site, runner, proposal, ['closed'], { notPlanned: refusal('TARGET_UNREACHABLE') })
  expect(endOf(await stateOf(site, proposal))).toEqual({
    outcome: 'refused',
    because: 'it is TARGET_UNREACHABLE',
  })
  expect(await incidentOf(site, id)).toMatchObject({ status: 'open', proposals: [{ outcome: 'refused' }] })
  expect((await sendPages(site)).some((one) => one.startsWith(proposal))).toBe(true)
})

test('who takes an incident keeps repairs from starting by themselves', async () => {
  const { id } = await open('NobodyKnows')
  const signed = site.signAbout('bob', 'take', { proposal: id, reason: 'mine' })
  const url = `/v1/incidents/${id}/take`
  expect((await site.call('POST', url, { body: { reason: 'other words', signed } })).status).toBe(422)
  expect((await site.call('POST', url, { body: { reason: 'mine', signed } })).body).toEqual({
    incident: id,
    takenBy: 'bob',
  })
  await alert(site, [{ host }])
  await work(site)
  expect(await incidentOf(site, id)).toMatchObject({ takenBy: 'bob', proposals: [] })
  const shown = await site.call('GET', `/v1/incidents/${id}`)
  expect(shown.body).toMatchObject({ waitsFor: 'bob', status: 'open', service: host.slice(0, -2) })
})
