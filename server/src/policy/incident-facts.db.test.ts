import { afterAll, beforeAll, expect, test } from 'vitest'
import { innermost } from '../proposal/store.ts'
import { alert, proposeFor, until, work } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type TestRunner } from '../testing/test-runner.ts'

let site: TestSite
let runner: TestRunner
beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())

const AGENT = { kind: 'agent', id: 'helper' } as const

async function factsOf(id: string) {
  const state = innermost(await until(site, runner, id, ['asking', 'closed', 'granted', 'executing']))
  if (!('decided' in state)) throw new Error(`expected a decision, the proposal is in ${state.phase}`)
  return state.decided.facts.values
}

test('leaving the incident out makes nothing milder while the service is failing in many places', async () => {
  const service = site.service()
  const hosts = ['a', 'b', 'c'].map((member) => `${service}-${member}`)
  await alert(
    site,
    hosts.map((host) => ({ host, alertname: 'Odd', labels: { severity: 'critical' } })),
  )
  await work(site)
  const facts = await factsOf(await proposeFor(site, `${service}-a`, AGENT))
  expect(facts).toMatchObject({
    'incident.severity': 'critical',
    'incident.correlated': hosts.length,
    'ticket.open': false,
  })
})

test('an incident of another service is no ticket for this one', async () => {
  const [mine, theirs] = [site.service(), site.service()]
  const [receipt] = await alert(site, [{ host: `${theirs}-a`, alertname: 'Odd' }])
  const made = await site.call('POST', '/v1/proposals', {
    token: 'agent',
    body: {
      runbook: 'restart',
      parameters: { target: `${mine}-a` },
      reason: 'r',
      incident: receipt?.incident,
    },
  })
  expect(made.status).toBe(202)
  expect(await factsOf(String(made.body['proposal']))).toMatchObject({ 'ticket.open': false })
})

test('an incident that does not exist is refused', async () => {
  const made = await site.call('POST', '/v1/proposals', {
    token: 'agent',
    body: {
      runbook: 'restart',
      parameters: { target: `${site.service()}-a` },
      reason: 'r',
      incident: '00000000-0000-4000-8000-000000000000',
    },
  })
  expect(made.status).toBe(404)
})
