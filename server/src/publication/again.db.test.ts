import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestSite, testSite } from '../testing/site.ts'
import { openPublications } from './handle.ts'
import { createPublished } from './published.ts'

const SHIPPED = readFileSync(new URL('../../../policies/default.yaml', import.meta.url), 'utf8')
const OTHER = `${SHIPPED}# another version\n`

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())

function publish(text: string) {
  const body = site.publication('policy', 'default', text, [site.people.ann])
  return site.call('POST', '/v1/publications', { body })
}

async function published(): Promise<number> {
  const { rows } = await site.context.pool.query<{ count: string }>(
    "select count(*) from event where type = 'policy-published'",
  )
  return Number(rows[0]?.count)
}

test('a text that comes into force again is an entry of the trail; one that is in force is not', async () => {
  const before = await published()
  expect((await publish(OTHER)).status).toBe(201)
  expect((await publish(SHIPPED)).status).toBe(201)
  expect(await published()).toBe(before + 2)
  const acts = site.publication('policy', 'default', SHIPPED, [site.people.ann])
  expect((await site.call('POST', '/v1/publications', { body: acts })).status).toBe(201)
  expect((await site.call('POST', '/v1/publications', { body: acts })).status).toBe(201)
  expect(await published(), 'signed anew once, then the same again').toBe(before + 3)
})

test('a restart keeps what was published last, whatever older text the files hold', async () => {
  await publish(OTHER)
  const { text, acts } = site.publication('policy', 'default', SHIPPED, [site.people.ann])
  const folder = join(site.folder, 'policies')
  mkdirSync(folder)
  writeFileSync(join(folder, 'default.yaml'), text)
  writeFileSync(join(folder, 'default.acts.json'), JSON.stringify(acts))
  const restarted = { ...site.context, published: createPublished() }
  const leftOut = await openPublications(restarted, { policy: folder, runbooks: [] })
  expect(leftOut).toMatchObject([{ because: 'a text that was published later is in force' }])
  expect(restarted.published.policy()?.text).toBe(OTHER)
})

test('a text that could not be recorded is not in force', async () => {
  await publish(SHIPPED)
  const { pool } = site.context
  await pool.query('alter table publication rename to publication_away')
  expect((await publish(OTHER)).status).toBe(500)
  await pool.query('alter table publication_away rename to publication')
  expect(site.context.published.policy()?.text).toBe(SHIPPED)
})
