import { afterAll, beforeAll, expect, test } from 'vitest'
import { testPostgres } from '../database/testing.ts'
import { webhookOf } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
  await (await testPostgres()).stop()
})
// The database that would be dropped is gone with its server.
afterAll(() => site.stop().catch(() => site.monitor.stop()))

const away: { name: string; call: () => Promise<Awaited<ReturnType<TestSite['call']>>> }[] = [
  {
    name: 'a webhook',
    call: () =>
      site.call('POST', '/v1/signals/alertmanager', {
        token: 'monitor',
        body: webhookOf(site, [{ host: 's1-a' }]),
      }),
  },
  {
    name: 'a proposal',
    call: () => site.call('POST', '/v1/proposals', { body: proposal }),
  },
  {
    name: 'a proposal with a key',
    call: () => site.call('POST', '/v1/proposals', { body: proposal, key: 'k' }),
  },
  { name: 'a list', call: () => site.call('GET', '/v1/incidents') },
  { name: 'its own health', call: () => site.call('GET', '/v1/health', { token: null }) },
  { name: 'live events', call: () => site.call('GET', '/v1/events') },
  { name: 'an export', call: () => site.call('GET', '/v1/trail/export') },
]
const proposal = { runbook: 'restart', parameters: { target: 's1-a' }, reason: 'r' }

test.each(away)(
  'while the database is away, $name answers 503 and says when to come back',
  async ({ call }) => {
    const reply = await call()
    expect(reply, reply.text).toMatchObject({ status: 503, body: { code: 'NOT_RECORDED' } })
    expect(reply.headers['retry-after']).toBe('2')
    expect(String(reply.headers['content-type'])).toMatch(/^application\/problem\+json/)
  },
)

test('what needs no database still answers, and what is wrong is still wrong', async () => {
  expect((await site.call('GET', '/openapi.json', { token: null })).status).toBe(200)
  expect((await site.call('GET', '/v1/trust')).status).toBe(200)
  expect((await site.call('POST', '/v1/proposals', { body: {} })).status).toBe(400)
  expect((await site.call('GET', '/v1/incidents', { token: 'expired' })).status).toBe(401)
})
