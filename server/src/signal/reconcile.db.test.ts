import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { alert, incidentOf, work } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'
import { reconcileAlertmanager } from './reconcile.ts'

let site: TestSite
let host: string
let incident: string
const look = () => reconcileAlertmanager(site.context, 'alertmanager', site.monitor.url)
const firing = async () => Object.keys((await incidentOf(site, incident)).firing)

beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())
beforeEach(async () => {
  site.monitor.answers.clear()
  site.monitor.alerts.length = 0
  await look()
  site.tick(200_000)
  host = `${site.service()}-a`
  const [receipt] = await alert(site, [{ host, fingerprint: host }])
  incident = receipt?.incident ?? ''
  site.tick(20_000)
})

test('ends what Alertmanager does not know any more, once', async () => {
  expect(await look()).toBe(1)
  expect(await firing()).toEqual([])
  expect(await look()).toBe(0)
  await work(site)
  expect((await incidentOf(site, incident)).status).toBe('resolved')
})

test('leaves what is still firing, and what began a moment ago', async () => {
  site.monitor.alerts.push({ fingerprint: host, startsAt: '' })
  expect(await look()).toBe(0)
  site.monitor.alerts.length = 0
  await alert(site, [{ host, fingerprint: host }])
  expect(await look()).toBe(0)
  expect(await firing()).toEqual([host])
})

test.each([
  { name: 'an error', answer: { status: 503, body: '[]' } },
  { name: 'an answer that is none', answer: { status: 200, body: 'gateway' } },
  { name: 'an answer of another form', answer: { status: 200, body: '{"status":"error"}' } },
  { name: 'a list of something else', answer: { status: 200, body: '[{}]' } },
  { name: 'a connection that breaks', answer: 'hang-up' as const },
])('$name ends nothing', async ({ answer }) => {
  site.monitor.answers.set('/api/v2/alerts', answer)
  await expect(look()).rejects.toThrow()
  expect(await firing()).toEqual([host])
})

test('an occurrence that begins while Alertmanager is asked is not ended by the answer about the one before', async () => {
  site.monitor.answers.set('/api/v2/alerts', async () => {
    await alert(site, [{ host, fingerprint: host }])
    return { status: 200, body: '[]' }
  })
  expect(await look()).toBe(0)
  expect(await firing()).toEqual([host])
})
