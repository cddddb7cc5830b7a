/** Laws: wherever the process dies between or inside two commits, and whoever works beside it, the end is the same. */
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBus } from '../bus.ts'
import type { Context } from '../context.ts'
import { openPool } from '../database/pool.ts'
import { advanceIncident } from '../incident/advance.ts'
import { alert, approve, endOf, entriesOf, proposeFor, stateOf, until, work } from '../testing/play.ts'
import { HOUR, type TestSite, testSite } from '../testing/site.ts'
import { createTestRunner, type TestRunner } from '../testing/test-runner.ts'
import { advanceProposal } from './advance.ts'

let site: TestSite
let runner: TestRunner
let target: string

beforeAll(async () => {
  site = await testSite()
  runner = createTestRunner(site)
})
afterAll(() => site.stop())
beforeEach(() => {
  site.tick(2 * HOUR)
  fresh()
})
function fresh() {
  site.monitor.up.clear()
  target = `${site.service()}-a`
}

class Died extends Error {
  readonly code = 'KILLED'
}

/** A server that dies at its n-th statement, as if killed: what it had not committed is rolled back. */
function mortal(context: Context, statements: number): Context {
  let left = statements
  const wrap = <T extends pg.Pool | pg.PoolClient>(db: T): T =>
    new Proxy(db, {
      get(on, name) {
        if (name === 'query')
          return async (...args: unknown[]) => {
            const text = String((args[0] as { text?: string }).text ?? args[0])
            const send = on.query.bind(on) as unknown as (...given: unknown[]) => Promise<unknown>
            if (text === 'rollback' || left-- > 0) return send(...args)
            // What the database does when the process is gone.
            if (text === 'commit') await send('rollback')
            throw new Died('killed')
          }
        if (name === 'connect') return async () => wrap(await (on as pg.Pool).connect())
        const value = Reflect.get(on, name) as unknown
        return typeof value === 'function' ? value.bind(on) : value
      },
    })
  return { ...context, pool: wrap(context.pool) }
}

async function survive(run: () => Promise<unknown>): Promise<void> {
  await run().catch((error: unknown) => {
    if (!(error instanceof Died)) throw error
  })
}

const PATH = [
  'proposed',
  'evidence-read',
  'plan-requested',
  'planned',
  'decided',
  'granted',
  'execution-started',
  'step-reported',
  'step-reported',
  'execution-finished',
  'health-opened',
  'health-judged',
  'closed',
]

test('a server that is killed at any statement, again and again, ends as one that was not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 14 }), { maxLength: 25 }), async (deaths) => {
      fresh()
      const id = await proposeFor(site, target)
      let life = 0
      for (let round = 0; round < 60; round++) {
        const statements = deaths[life++]
        if (statements !== undefined)
          await survive(() => advanceProposal(mortal(site.context, statements), id))
        else await work(site)
        const { phase } = await stateOf(site, id)
        if (phase === 'closed') break
        if (phase === 'watching') {
          site.monitor.up.add(target)
          site.tick(1_000)
        }
        if (statements === undefined || statements % 2 === 0) await runner.work()
      }
      expect(endOf(await stateOf(site, id)).outcome).toBe('resolved')
      expect(await entriesOf(site, `proposal/${id}`)).toEqual(PATH)
      const tasks = await site.database.pool.query<{ kind: string }>(
        'select kind from task where proposal = $1 order by created_at, id',
        [id],
      )
      expect(tasks.rows.map(({ kind }) => kind).sort()).toEqual(['execute', 'plan', 'settled'])
    }),
    { numRuns: 12 },
  )
}, 40_000)

test('an incident whose server is killed at any statement gets one proposal, and is routed once', async () => {
  for (let statements = 0; statements < 24; statements += 2) {
    fresh()
    const [receipt] = await alert(site, [{ host: target, startsAt: 1 }])
    const id = receipt?.incident ?? ''
    await survive(() => advanceIncident(mortal(site.context, statements), id))
    await work(site)
    const types = await entriesOf(site, `incident/${id}`)
    expect(types).toEqual(['incident-opened', 'signal-accepted', 'incident-routed', 'proposal-linked'])
    const { rowCount } = await site.database.pool.query('select from proposal where incident = $1', [id])
    expect(rowCount).toBe(1)
    site.tick(200_000)
  }
})

test('many servers and jobs at once, in any order, decide, ask and grant once', async () => {
  const pool = openPool(site.database.url)
  const servers: Context[] = [site.context, { ...site.context, pool, bus: createBus() }]
  for (const manner of [{}, { action: { privileged: true } }]) {
    fresh()
    const id = await proposeFor(site, target)
    for (let round = 0; round < 15; round++) {
      await Promise.all([...servers, ...servers].map((context) => advanceProposal(context, id)))
      const { phase } = await stateOf(site, id)
      if (phase === 'granted') break
      if (phase === 'asking') await approve(site, id, 'bob')
      await runner.work({ ...manner, silent: ['execute'] })
    }
    const types = await entriesOf(site, `proposal/${id}`)
    for (const type of ['evidence-read', 'plan-requested', 'planned', 'decided', 'granted'])
      expect([type, types.filter((one) => one === type).length]).toEqual([type, 1])
    const { rowCount } = await site.database.pool.query(
      "select from task where proposal = $1 and kind = 'execute'",
      [id],
    )
    expect(rowCount).toBe(1)
  }
  await pool.end()
})

test('two servers that look at the same health at once count one look', async () => {
  const id = await proposeFor(site, target)
  await until(site, runner, id, ['granted'])
  await runner.work()
  await Promise.all([1, 2, 3, 4].map(() => advanceProposal(site.context, id)))
  const { rows } = await site.database.pool.query('select from health_sample where proposal = $1', [id])
  expect(rows).toHaveLength(1)
  expect((await stateOf(site, id)).phase).toBe('watching')
})
