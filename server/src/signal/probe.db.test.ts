import type { ProbeSetting } from '@countersign/language/config/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { openPool } from '../database/pool.ts'
import { type TestSite, testSite } from '../testing/site.ts'
import { createProbe, PROBE_SOURCE } from './probe.ts'
import { listFiring } from './store.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())

test('a change that could not be recorded, because the database was away, is told at the next look', async () => {
  let status = 200
  const reading = () => ({ value: status, text: String(status), raw: String(status) })
  const source = { id: 'probe', group: 'outside', read: async () => reading() }
  const context: Context = { ...site.context, sources: new Map([['probe', source]]) }
  const nowhere = openPool('postgres://u:p@127.0.0.1:1/x')
  const service = site.service()
  const members = context.catalogue.services.find(({ id }) => id === service)?.targets.length ?? 0
  const look = createProbe(context, probeOf(service))
  const fires = async () => (await listFiring(site.context.pool, PROBE_SOURCE)).length
  await look()
  for (const [now, firing] of [
    [503, members],
    [200, 0],
  ] as const) {
    status = now
    context.pool = nowhere
    await expect(look()).rejects.toThrow('the database is away')
    context.pool = site.context.pool
    await look()
    expect(await fires()).toBe(firing)
  }
  await nowhere.end()
})

function probeOf(service: string): ProbeSetting {
  return {
    id: 'answers',
    alert: 'Down',
    service,
    source: 'probe',
    query: 'http://x',
    expect: { op: '==', value: 200 },
    every: 1_000,
    misses: 1,
    severity: 'major',
  }
}
