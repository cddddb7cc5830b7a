import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Alert, alert, entriesOf, incidentOf, webhookOf, work } from '../testing/play.ts'
import { type TestSite, testSite } from '../testing/site.ts'

let site: TestSite
beforeAll(async () => {
  site = await testSite()
})
afterAll(() => site.stop())

/** The dispositions of one webhook after the other, and the last incident named. */
async function tell(webhooks: Alert[][]) {
  const receipts = []
  for (const webhook of webhooks) receipts.push(...(await alert(site, webhook)))
  return {
    receipts,
    words: receipts.map(({ disposition }) => disposition),
    id: receipts.at(-1)?.incident ?? '',
  }
}

type Row = { name: string; webhooks: (host: string, at: number) => Alert[][]; words: string[] }
const row = (name: string, words: string[], webhooks: Row['webhooks']): Row => ({ name, words, webhooks })

describe('a signal', () => {
  test.each<Row>([
    row('opens an incident where none is open', ['opens'], (host) => [[{ host }]]),
    row('is a repetition when it comes again', ['opens', 'repeats'], (host, startsAt) => [
      [{ host, startsAt }],
      [{ host, startsAt }],
    ]),
    row('joins when a new occurrence begins', ['opens', 'joins'], (host, startsAt) => [
      [{ host, startsAt }],
      [{ host, startsAt: startsAt + 1 }],
    ]),
    row('of another alert of the same service joins', ['opens', 'joins'], (host, startsAt) => [
      [{ host, startsAt }],
      [{ host, startsAt, alertname: 'Slow' }],
    ]),
    row('ends its occurrence', ['opens', 'resolves'], (host, startsAt) => [
      [{ host, startsAt }],
      [{ host, startsAt, status: 'resolved' }],
    ]),
    row('that ends an older occurrence ends nothing', ['opens', 'joins', 'set-aside'], (host, startsAt) => [
      [{ host, startsAt }],
      [{ host, startsAt: startsAt + 5 }],
      [{ host, startsAt, status: 'resolved' }],
    ]),
    row(
      'that comes late, after its end, is set aside',
      ['opens', 'resolves', 'set-aside'],
      (host, startsAt) => [
        [{ host, startsAt }],
        [{ host, startsAt, status: 'resolved' }],
        [{ host, startsAt }],
      ],
    ),
    row('that ends what was never open is set aside', ['set-aside'], (host) => [
      [{ host, status: 'resolved' }],
    ]),
    row('that begins and ends in one webhook does both', ['opens', 'resolves'], (host, startsAt) => [
      [
        { host, startsAt },
        { host, startsAt, status: 'resolved' },
      ],
    ]),
    row(
      'named like a built-in of objects is one like any other',
      ['opens', 'repeats', 'resolves'],
      (host, startsAt) =>
        (['firing', 'firing', 'resolved'] as const).map((status) => [
          { host, startsAt, status, fingerprint: '__proto__' },
        ]),
    ),
  ])('$name', async ({ webhooks, words }) => {
    const told = await tell(webhooks(`${site.service()}-a`, site.context.now()))
    expect(told.words).toEqual(words)
    expect(new Set(told.receipts.map(({ receipt }) => receipt)).size).toBe(words.length)
    for (const { receipt, disposition, because } of told.receipts) {
      const isSetAside = disposition === 'set-aside'
      expect(because !== null).toBe(isSetAside)
      expect(await entriesOf(site, `signal/${receipt}`)).toEqual(isSetAside ? ['signal-set-aside'] : [])
    }
    site.tick(200_000)
  })

  test('that the catalogue does not place opens an incident too, which a person looks at', async () => {
    const [receipt] = await alert(site, [{ host: 'nobody-knows', alertname: 'Odd' }])
    await work(site)
    const state = await incidentOf(site, receipt?.incident ?? '')
    expect(state.route?.route).toBe('person')
    expect(state.escalations).toHaveLength(1)
  })
})

test('a whole webhook that is sent again changes nothing, and every alert has its receipt again', async () => {
  const [one, other] = [site.service(), site.service()]
  const alerts = [one, other].flatMap((id) =>
    ['a', 'b'].map((member) => ({ host: `${id}-${member}`, startsAt: 1_000 })),
  )
  const first = await alert(site, alerts)
  const streams = [...new Set(first.map(({ incident }) => `incident/${incident}`))]
  const before = await Promise.all(streams.map((stream) => entriesOf(site, stream)))
  const again = await alert(site, alerts)
  expect(again.map(({ disposition }) => disposition)).toEqual(['repeats', 'repeats', 'repeats', 'repeats'])
  expect(again.map(({ incident }) => incident)).toEqual(first.map(({ incident }) => incident))
  expect(await Promise.all(streams.map((stream) => entriesOf(site, stream)))).toEqual(before)
  const { rows } = await site.database.pool.query('select from signal where receipt = any($1)', [
    [...first, ...again].map(({ receipt }) => receipt),
  ])
  expect(rows).toHaveLength(8)
  site.tick(200_000)
})

test.each([
  { name: 'one source', tokens: ['monitor', 'monitor', 'monitor', 'monitor'] as const },
  { name: 'several sources', tokens: ['monitor', 'otherMonitor', 'monitor', 'otherMonitor'] as const },
])('webhooks of $name at once about one service make one incident', async ({ tokens }) => {
  const id = site.service()
  const all = await Promise.all(
    tokens.map((token, i) => alert(site, [{ host: `${id}-${'abcd'[i]}`, alertname: `Alert${i}` }], token)),
  )
  const incidents = new Set(all.flat().map(({ incident }) => incident))
  expect(incidents.size).toBe(1)
  expect(Object.keys((await incidentOf(site, [...incidents][0] ?? '')).firing)).toHaveLength(4)
  site.tick(200_000)
})

test('two webhooks at once about two services end without a deadlock, in whatever order they name them', async () => {
  const [one, other] = [site.service(), site.service()]
  const rounds = [1, 2, 3].flatMap((i) => [
    alert(site, [
      { host: `${one}-a`, startsAt: i },
      { host: `${other}-a`, startsAt: i, alertname: 'Slow' },
    ]),
    alert(
      site,
      [
        { host: `${other}-a`, startsAt: i, alertname: 'Slow' },
        { host: `${one}-a`, startsAt: i },
      ],
      'otherMonitor',
    ),
  ])
  expect((await Promise.all(rounds)).flat()).toHaveLength(12)
  site.tick(200_000)
})

test('a storm of one alert on many targets is one incident for a person, and nothing is repaired by itself', async () => {
  const hosts = Array.from({ length: 6 }, () => site.service()).flatMap((id) =>
    ['a', 'b', 'c', 'd'].map((m) => `${id}-${m}`),
  )
  const receipts = await alert(
    site,
    hosts.map((host) => ({ host })),
  )
  expect(receipts).toHaveLength(24)
  const [id, ...others] = [...new Set(receipts.map(({ incident }) => incident))]
  expect(others).toEqual([])
  await work(site)
  const state = await incidentOf(site, id ?? '')
  expect(state.proposals).toEqual([])
  expect(state.route).toMatchObject({ route: 'person', actionability: 'none' })
  expect(state.escalations).toHaveLength(1)
  site.tick(200_000)
})

test('a webhook that cannot be recorded leaves nothing behind', async () => {
  const id = site.service()
  const body = webhookOf(site, [{ host: `${id}-a` }, { host: `${id}-b` }])
  await site.database.pool.query('alter table firing rename to firing_away')
  const reply = await site.call('POST', '/v1/signals/alertmanager', { token: 'monitor', body })
  await site.database.pool.query('alter table firing_away rename to firing')
  expect(reply.status).toBe(500)
  expect((await alert(site, [{ host: `${id}-a` }]))[0]?.disposition).toBe('opens')
})
