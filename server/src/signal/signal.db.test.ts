import { afterAll, beforeAll, expect, test } from 'vitest'
import { alert } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())
test('opens', async () => {
  const s = site.service()
  const r = await alert(site, [{ host: `${s}-a` }])
  expect(r[0]?.disposition).toBe('opens')
})
