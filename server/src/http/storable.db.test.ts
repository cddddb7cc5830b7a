import { afterAll, beforeAll, expect, test } from 'vitest'
import { alert } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())

const ODD = 'a\u0000b\ud800c'

test('an odd character costs no alert: it is replaced', async () => {
  const [receipt] = await alert(site, [{ alertname: ODD, labels: { [ODD]: ODD }, fingerprint: ODD }])
  expect(receipt).toMatchObject({ disposition: 'opens', fingerprint: 'a\ufffdb\ufffdc' })
  const reply = await site.call('GET', `/v1/incidents/${receipt?.incident}`)
  expect(reply.body['title']).toContain('a\ufffdb\ufffdc')
})

test.each([
  { name: 'in a text', body: { runbook: ODD, parameters: {}, reason: '' }, path: 'body.runbook' },
  {
    name: 'in a list',
    body: { runbook: 'r', parameters: { records: ['1', ODD] }, reason: '' },
    path: 'body.parameters.records.1',
  },
  {
    name: 'in a name',
    body: { runbook: 'r', parameters: { [ODD]: '1' }, reason: '' },
    path: 'body.parameters',
  },
])('elsewhere it is refused with its place: $name', async ({ body, path }) => {
  const reply = await site.call('POST', '/v1/proposals', { body })
  expect(reply.status).toBe(400)
  expect(reply.body['errors']).toMatchObject([{ path }])
})

test('in a query it is refused, too', async () => {
  const reply = await site.call('GET', '/v1/proposals?phase=a%00b')
  expect(reply.status).toBe(400)
})
