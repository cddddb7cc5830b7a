import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAudit } from '@countersign/core/audit/audit'
import type { Json } from '@countersign/core/kernel/json'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import { nodeCrypto } from '@countersign/crypto/node'
import { verifyAct } from '@countersign/crypto/verify-act'
import { fromBase64 } from '@countersign/trail/bytes'
import { formatVkey } from '@countersign/trail/note'
import { createVerifier } from '@countersign/trail/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alert, approve, incidentOf, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { LOG_NAME, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type TestRunner } from '../testing/test-runner.ts'
import { TOKENS } from '../testing/tokens.ts'

/** The signature type of C2SP signed notes. */
const ED25519 = 1

let site: TestSite
let runner: TestRunner
let incident: string
let url: string

/** One repair that ran alone, one that people signed, a signature that was refused, a hold: in real time, as the log is. */
beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
  const host = `${site.service()}-a`
  const startsAt = site.context.now()
  const [receipt] = await alert(site, [{ host, startsAt }])
  incident = receipt?.incident ?? ''
  await work(site)
  const repair = (await incidentOf(site, incident)).proposals[0]?.id ?? ''
  await live(repair, host)
  const wish = {
    scope: { kind: 'area' as const, id: 'dns' },
    reason: 'quiet',
    until: site.context.now() + 60_000,
  }
  await site.call('POST', '/v1/holds', { body: { ...wish, signed: site.signAbout('bob', 'hold', wish) } })
  const other = `${site.service()}-a`
  const signed = await proposeFor(site, other)
  await until(site, runner, signed, ['asking'], { action: { reversibility: 'none' } })
  for (const by of ['bob', 'bob', 'ann']) await approve(site, signed, by)
  await live(signed, other)
  await alert(site, [{ host, startsAt, status: 'resolved' }])
  await work(site)
}, 30_000)
afterAll(() => site.stop())

/** Runs to its end in real time: the log's checkpoints are, so the entries must be. */
async function live(id: string, host: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    await work(site)
    const { phase } = await stateOf(site, id)
    if (phase === 'watching') site.monitor.up.add(host)
    if (phase === 'closed') return
    await runner.work()
    await sleep(100)
  }
  throw new Error('expected the repair to end')
}

async function numbered(): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { rows } = await site.database.pool.query<{ waiting: number }>(
      `select (select count(*) from pending) + (select count(*) from leaf) - (select coalesce(max(size), 0) from checkpoint)
        as waiting`,
    )
    if (Number(rows[0]?.waiting) === 0) return
    await sleep(20)
  }
  throw new Error('expected every entry under a checkpoint')
}

async function exported(query = ''): Promise<string> {
  await numbered()
  const reply = await site.call('GET', `/v1/trail/export${query}`)
  expect(reply.status).toBe(200)
  return reply.text
}

function audit(text: string) {
  const publicKey = fromBase64(site.keys.log.publicKey) as Uint8Array
  const vkeys = [formatVkey(nodeCrypto, `${LOG_NAME}/log/1`, ED25519, publicKey)]
  const auditor = createAudit({ genesis: site.context.site, verify: verifyAct, verifyMachine, digestOf })
  const types: string[] = []
  const verifier = createVerifier(
    nodeCrypto,
    { vkeys, witnesses: [], quorum: 0 },
    {
      onEntry: ({ stream, seq, type, at }, state, { secret }) => {
        types.push(type)
        const whole = { ...(secret as object | undefined), ...(state as object) } as unknown as Json
        auditor.entry({ stream, seq, type, at, state: whole })
      },
    },
  )
  verifier.bytes(Buffer.from(text))
  const report = verifier.finish()
  return { findings: [...report.findings, ...auditor.finish()], leaves: report.leaves, types }
}

describe('an export', () => {
  test('of everything verifies, and what it tells was allowed', async () => {
    const { findings, types } = audit(await exported())
    expect(findings).toEqual([])
    expect(types).toEqual(
      expect.arrayContaining([
        'trust-recorded',
        'policy-published',
        'hold-set',
        'granted',
        'approved',
        'closed',
      ]),
    )
  })

  test('of one incident verifies by its proofs, and holds no other', async () => {
    const { findings, types, leaves } = audit(await exported(`?incident=${incident}`))
    expect(findings).toEqual([])
    expect(types).toEqual(
      expect.arrayContaining(['incident-opened', 'granted', 'health-judged', 'incident-resolved']),
    )
    expect(types).not.toContain('approved')
    expect(leaves).toBeLessThan(audit(await exported()).leaves)
  })

  test('whose private parts are gone still verifies in all but that: nobody recorded who erased them', async () => {
    const whole = await exported()
    expect(whole).toContain('a test')
    await site.database.pool.query('delete from private')
    const erased = await exported()
    expect(erased).not.toContain('a test')
    const codes = audit(erased).findings.map(({ code }) => code)
    expect([...new Set(codes)]).toEqual(['ERASED_WITHOUT_TOMBSTONE'])
  })

  test.each([
    { name: 'a word of an entry', lie: (text: string) => text.replace('"succeeded"', '"nothing-done"') },
    {
      name: 'a line',
      lie: (text: string) =>
        text
          .split('\n')
          .filter((_, i) => i !== 12)
          .join('\n'),
    },
    { name: 'the end', lie: (text: string) => text.split('\n').slice(0, -3).join('\n') },
  ])('with $name changed or missing does not verify', async ({ lie }) => {
    expect(audit(lie(await exported())).findings).not.toEqual([])
  })
})

describe('live events', () => {
  type Event = { gid: number; stream: string; seq: number; type: string }
  /** Reads until `enough` says so, then hangs up. */
  function watch(query: string, enough: (events: Event[]) => boolean, headers: Record<string, string> = {}) {
    return new Promise<Event[]>((resolve, reject) => {
      const events: Event[] = []
      let text = ''
      const authorization = `Bearer ${TOKENS.reader.secret}`
      const call = request(
        `${url}/v1/events${query}`,
        { headers: { authorization, ...headers } },
        (response) => {
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
            const lines = text.split('\n')
            text = lines.pop() ?? ''
            for (const line of lines)
              if (line.startsWith('data: ')) events.push(JSON.parse(line.slice(6)) as Event)
            if (enough(events)) {
              call.destroy()
              resolve(events)
            }
          })
        },
      )
      const timer = setTimeout(
        () => reject(new Error(`expected more events, got ${JSON.stringify(events)}`)),
        8_000,
      )
      call.on('close', () => clearTimeout(timer))
      call.on('error', () => undefined)
      call.end()
    })
  }

  test('tell every entry once, in the order of the log, and go on from the last one seen', async () => {
    const { rows } = await site.database.pool.query<{ idx: number }>('select max(idx) as idx from leaf')
    const last = Number(rows[0]?.idx)
    const from = { 'last-event-id': String(last - 5) }
    const seen = await watch('', (events) => events.length >= 5, from)
    expect(seen.map(({ gid }) => gid).slice(0, 5)).toEqual([last - 4, last - 3, last - 2, last - 1, last])
  })

  test('tell what happens from now on, of one incident only where asked', async () => {
    const other = `${site.service()}-a`
    const mine = watch(`?incident=${incident}`, (events) => events.length >= 1)
    const all = watch('', (events) => events.some(({ stream }) => stream === `incident/${incident}`))
    await sleep(300)
    await alert(site, [{ host: other, alertname: 'Quiet' }])
    const signed = site.signAbout('bob', 'review', { proposal: incident, finding: 'code' })
    await site.call('POST', `/v1/incidents/${incident}/cause`, { body: { cause: 'code', signed } })
    expect((await mine).map(({ stream, type }) => [stream, type])).toEqual([
      [`incident/${incident}`, 'cause-recorded'],
    ])
    const types = (await all).map(({ type }) => type)
    expect(types).toContain('incident-opened')
    expect(types.indexOf('incident-opened')).toBeLessThan(types.indexOf('cause-recorded'))
  })
})

test('the head is a signed checkpoint of the log that this server names', async () => {
  await numbered()
  const head = await site.call('GET', '/v1/log/head')
  expect(head.body).toMatchObject({ origin: `${LOG_NAME}/log/1`, incarnation: 1, state: 'whole' })
  expect(String(head.body['note'])).toMatch(new RegExp(`^${LOG_NAME}/log/1\n`))
})

test('a log that is whole is not reincarnated', async () => {
  const signed = site.sign('ann', 'reincarnate', `sha256:${'0'.repeat(64)}`)
  const reply = await site.call('POST', '/v1/log/reincarnations', { body: { acts: [signed] } })
  expect(reply.status).toBe(409)
})
