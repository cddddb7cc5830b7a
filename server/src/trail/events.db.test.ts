import { afterAll, beforeAll, expect, test } from 'vitest'
import { alert } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'
import { TOKENS } from '../testing/tokens.ts'

let site: TestSite
let url: string
beforeAll(async () => {
  site = await testSite()
  url = await site.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => site.stop())

/** The ids of the first entries that a client sees which asks from `last`. */
async function idsAfter(last: number, count: number): Promise<number[]> {
  const reply = await fetch(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${TOKENS.reader.secret}`, 'last-event-id': String(last) },
    signal: AbortSignal.timeout(10_000),
  })
  let text = ''
  for await (const part of reply.body ?? []) {
    text += Buffer.from(part).toString()
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))
    // Leaving the loop hangs up.
    if (ids.length >= count) return ids.slice(0, count)
  }
  throw new Error(`the stream ended after ${text}`)
}

test('a client that comes back asks from its last id, and misses nothing', async () => {
  await alert(site, [{ host: site.service() }])
  expect(await idsAfter(0, 2)).toEqual([1, 2])
  expect(await idsAfter(1, 1)).toEqual([2])
})
