/**
 * A whole control plane for tests: a fresh database, a trust chain of three people, published policy and runbooks, real
 * sources on loopback, and a clock that a test may set ahead. Jobs run when a test says so, unless it starts a worker.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Act, ActName } from '@countersign/core/act/act'
import { type DocumentedAct, type Subjects, subjectDigest } from '@countersign/core/act/subject'
import { publishedDigest } from '@countersign/core/approval/published'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { TrustBody } from '@countersign/core/trust/chain'
import { digestOf } from '@countersign/crypto/digest-of'
import { createMachineKey, type MachineSigner } from '@countersign/crypto/machine-key'
import { fromBase64 } from '@countersign/trail/bytes'
import pino from 'pino'
import { createBus, listen } from '../bus.ts'
import type { Context } from '../context.ts'
import { quiet, testDatabase, testFolder } from '../database/testing.ts'
import { createSources } from '../evidence/create.ts'
import { createApp } from '../http/app.ts'
import { handlers } from '../http/handlers.ts'
import { openTokens } from '../http/tokens.ts'
import { installQueue } from '../jobs/queue.ts'
import { AUTO_STOPS_BEHIND_MS } from '../log/lag.ts'
import { startSequencer } from '../log/sequencer.ts'
import { webhook } from '../notify/channel.ts'
import { publishText } from '../publication/handle.ts'
import { createPublished } from '../publication/published.ts'
import { openTrust } from '../trust/holder.ts'
import { recordTrust } from '../trust/site-stream.ts'
import { startMonitor } from './monitor.ts'
import { makeSigner, type Signer, signAct } from './people.ts'
import { catalogueOf, RUNBOOKS } from './texts.ts'
import { TOKENS, type TokenName, tokensFile } from './tokens.ts'

export const HOUR = 3_600_000
const POLICY = new URL('../../../policies/default.yaml', import.meta.url)
export const LOG_NAME = 'test.example'

export type TestSite = Awaited<ReturnType<typeof testSite>>

export async function testSite() {
  const [database, monitor, folder] = [await testDatabase(), await startMonitor(), testFolder()]
  await installQueue(database.pool)
  const people = {
    ann: makeSigner('ann', ['governance', 'sre']),
    bob: makeSigner('bob', ['sre', 'lead']),
    cat: makeSigner('cat', ['sre', 'security']),
  }
  const key = (name: string) => createMachineKey(join(folder, `${name}.key`))
  const keys = { runner: key('runner'), grant: key('grant'), log: key('log') }
  const clock = { ahead: 0 }
  const now = () => Date.now() + clock.ahead
  writeTrust(join(folder, 'trust'), Object.values(people), keys)
  const trust = await openTrust(join(folder, 'trust'), null, now())
  const logger = pino({ level: 'silent' })
  const bus = createBus()
  const listener = listen(database.pool, bus)
  const log = startSequencer({
    pool: database.pool,
    site: LOG_NAME,
    key: { publicKey: fromBase64(keys.log.publicKey) as Uint8Array, sign: keys.log.signBytes },
    headFile: join(folder, 'published-head'),
    publish: () => bus.wake('entry', 'any'),
    everyMs: 20,
    // Not the clock of the test: set ahead while an entry waits, it would make the log look hours behind.
    clock: Date.now,
    log: quiet,
  })
  const context: Context = {
    pool: database.pool,
    now,
    site: trust.current().site,
    name: LOG_NAME,
    version: '0.0.0',
    catalogue: catalogueOf(monitor.port),
    trust,
    published: createPublished(),
    sources: createSources([
      { id: 'prometheus', kind: 'prometheus', url: monitor.url, group: 'metrics', timeout: 300 },
      { id: 'probe', kind: 'http-probe', url: null, group: 'outside', timeout: 300 },
    ]),
    grantKey: { id: 'grant-1', signer: keys.grant },
    log,
    bus,
    onCall: () => [],
    limits: { logBehind: AUTO_STOPS_BEHIND_MS, runnerSilent: 60_000 },
    channels: [webhook('pager', `${monitor.url}/page`, null)],
    logger,
  }
  writeFileSync(join(folder, 'tokens.yaml'), tokensFile(now()))
  const app = createApp(context, handlers, openTokens(join(folder, 'tokens.yaml')))
  const site = { context, app, database, monitor, folder, people, keys, clock, ...means(context, people) }
  await untilLeading(context)
  await recordTrust(context)
  await publishAll(context, people.ann)
  let used = 0
  return {
    ...site,
    /** A service that no other test of the file uses. */
    service: () => `s${++used}`,
    tick: (ms: number) => {
      clock.ahead += ms
    },
    call: caller(app),
    async stop() {
      await app.close()
      await log.stop()
      await listener.stop()
      await database.stop()
      await monitor.stop()
    },
  }
}

function means(context: Context, people: Record<string, Signer>) {
  const { site, now } = context
  const soon = (act: ActName, subject: Digest) => ({ act, subject, site, notAfter: now() + HOUR })
  return {
    /** Signs the digest of a plan, or any other subject as it is. */
    sign: (by: string, act: ActName, subject: Digest, changes: Partial<Act> = {}) =>
      signAct(people[by] as Signer, soon(act, subject), changes),
    /** Signs an act about a document. */
    signAbout: <A extends DocumentedAct>(by: string, act: A, document: Subjects[A]) =>
      signAct(people[by] as Signer, soon(act, subjectDigest(digestOf, act, document))),
    publication: (what: 'policy' | 'runbook', id: string, text: string, by: Signer[]) =>
      publication(site, now(), { what, id, text, by }),
  }
}

/** Until then nothing is granted. */
async function untilLeading({ log }: Context): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (log.status().state === 'leading') return
    await sleep(10)
  }
  throw new Error(`expected the log to be led, it is ${log.status().state}`)
}

type Publishing = { what: 'policy' | 'runbook'; id: string; text: string; by: Signer[] }

function publication(site: Digest, now: number, { what, id, text, by }: Publishing) {
  const digest = publishedDigest(digestOf, what, text)
  const subject = subjectDigest(digestOf, 'publish', { what, id, digest })
  const acts = by.map((one) =>
    signAct(one, { act: 'publish', subject, site, notAfter: now + 300 * 24 * HOUR }),
  )
  return { what, id, text, acts }
}

async function publishAll(context: Context, by: Signer): Promise<void> {
  const texts = [
    { what: 'policy' as const, id: 'default', text: readFileSync(POLICY, 'utf8') },
    ...Object.entries(RUNBOOKS).map(([id, text]) => ({ what: 'runbook' as const, id, text })),
  ]
  for (const text of texts) {
    const answer = await publishText(context, publication(context.site, context.now(), { ...text, by: [by] }))
    if ('refused' in answer) throw new Error(answer.refused)
  }
}

function writeTrust(
  folder: string,
  people: Signer[],
  keys: { runner: MachineSigner; grant: MachineSigner },
): void {
  const issuedAt = Date.now() - 1_000
  const notAfter = issuedAt + 10_000 * HOUR
  const body: TrustBody = {
    v: 1,
    version: 1,
    name: 'test',
    site: null,
    previous: null,
    issuedAt,
    expiresAt: notAfter,
    people: people.map(({ id, roles, line }) => ({ id, roles, keys: [{ key: line, notAfter }] })),
    runners: [{ id: 'runner-1', key: keys.runner.publicKey, notAfter }],
    grantKeys: [{ id: 'grant-1', key: keys.grant.publicKey, notAfter }],
    logKeys: [],
    witnesses: [],
    quorum: { people: 2, role: 'governance' },
    onePerson: false,
  }
  const genesis = digestOf('countersign/trust/v1', body as unknown as Json)
  const acts = people
    .slice(0, 2)
    .map((one) =>
      signAct(one, { act: 'trust', subject: genesis, site: genesis, notAfter: issuedAt + HOUR }, {}),
    )
  mkdirSync(folder)
  writeFileSync(join(folder, '1.json'), JSON.stringify({ body, acts }))
}

export type Reply = {
  status: number
  body: Record<string, never>
  text: string
  headers: Record<string, unknown>
}

function caller(app: ReturnType<typeof createApp>) {
  return async (
    method: 'GET' | 'POST',
    url: string,
    options: {
      body?: unknown
      token?: TokenName | null
      key?: string
      headers?: Record<string, string>
    } = {},
  ): Promise<Reply> => {
    const { body, token = 'ops', key, headers = {} } = options
    const reply = await app.inject({
      method,
      url,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${TOKENS[token].secret}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const isJson = /[/+]json$/.test(String(reply.headers['content-type']).split(';')[0] ?? '')
    return {
      status: reply.statusCode,
      body: (isJson ? JSON.parse(reply.body) : {}) as Record<string, never>,
      text: reply.body,
      headers: reply.headers,
    }
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
