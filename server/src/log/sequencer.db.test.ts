import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { openSession } from '../database/pool.ts'
import { type TestDatabase, testDatabase, testFolder } from '../database/testing.ts'
import { inTransaction } from '../database/transaction.ts'
import { loadStream } from '../record/load.ts'
import { record } from '../record/record.ts'
import { type PublishedHead, readHeadFile } from './head.ts'
import { lagClock, sequencerLag } from './lag.ts'
import { LeadLost, loadTree, number } from './number.ts'
import { reincarnate } from './reincarnate.ts'
import { rootAt } from './rewind.ts'
import { type Sequencer, startSequencer } from './sequencer.ts'
import { testKey } from './testing/key.ts'

const folder = testFolder()
const actor = { kind: 'person', id: 'p' }
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function database(): Promise<TestDatabase> {
  const db = await testDatabase({ max: 6 })
  cleanups.push(db.stop)
  return db
}

function sequencer(pool: pg.Pool, file: string, published: PublishedHead[] = []): Sequencer {
  const started = startSequencer({
    pool,
    site: 'seq.test',
    key: testKey(),
    headFile: join(folder, file),
    publish: (head) => void published.push(head),
    everyMs: 10,
    clock: Date.now,
    log: { info() {}, warn() {} },
  })
  cleanups.push(started.stop)
  return started
}

async function note(pool: pg.Pool, stream: string, count = 1): Promise<void> {
  const { seq } = await loadStream(pool, stream)
  const events = Array.from({ length: count }, (_, i) => ({ type: 'noted', actor, state: i }))
  await inTransaction(pool, (tx) => record(tx, [{ stream, kind: 'w', expected: seq, events }], Date.now))
}

async function until(what: () => unknown): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await what()) return
    await sleep(10)
  }
  throw new Error(`waited in vain for ${what}`)
}
const size = (one: Sequencer) => {
  const status = one.status()
  return 'head' in status ? (status.head?.size ?? 0) : -1
}

test('numbers what is recorded, publishes it, and remembers it in the head file', async () => {
  const { pool } = await database()
  const published: PublishedHead[] = []
  const one = sequencer(pool, 'first', published)
  await note(pool, 'a', 3)
  await until(() => size(one) === 3)
  expect(one.status().state).toBe('leading')
  expect((await readHeadFile(join(folder, 'first')))?.size).toBe(3)
  expect(published.at(-1)).toMatchObject({ incarnation: 1, size: 3 })
  await until(() => one.behindMs() === 0)
})

test('a second one stands by, keeps the head, and takes over', async () => {
  const { pool } = await database()
  const one = sequencer(pool, 'lead')
  await until(() => one.status().state === 'leading')
  const two = sequencer(pool, 'follow')
  await note(pool, 'a')
  await until(() => two.status().state === 'following' && size(two) === 1)
  expect((await readHeadFile(join(folder, 'follow')))?.size).toBe(1)
  await one.stop()
  await note(pool, 'a')
  await until(() => two.status().state === 'leading' && size(two) === 2)
})

test('an entry that commits late is not lost', async () => {
  const { pool } = await database()
  const one = sequencer(pool, 'late')
  const slow = await pool.connect()
  await slow.query('begin')
  await record(
    slow,
    [{ stream: 'slow', kind: 'w', expected: 0, events: [{ type: 'n', actor, state: 0 }] }],
    Date.now,
  )
  await note(pool, 'fast')
  await until(() => size(one) === 1)
  await slow.query('commit')
  slow.release()
  await until(() => size(one) === 2)
})

test('whoever lost the epoch commits nothing', async () => {
  const { pool } = await database()
  const session = await openSession(pool)
  cleanups.push(() => session.end())
  await pool.query('update log_state set epoch = 5')
  const { range } = await loadTree(session, 1)
  await note(pool, 'a')
  const stale = { incarnation: 1, epoch: 4, range }
  await expect(number(session, stale, { site: 's', key: testKey() }, 1)).rejects.toThrow(LeadLost)
  await session.query('rollback')
  expect((await pool.query('select count(*) as n from leaf')).rows[0].n).toBe(0)
  expect((await number(session, { ...stale, epoch: 5 }, { site: 's', key: testKey() }, 1)).size).toBe(1)
})

const TAMPER = [
  {
    name: 'loses its tail',
    sql: 'delete from checkpoint where size > 2; delete from leaf where idx >= 2',
    says: 'entries are missing',
  },
  {
    name: 'holds other entries',
    sql: "delete from checkpoint where size < 6; update leaf set leaf_hash = sha256('x') where idx = 1",
    says: 'not those that were published',
  },
  { name: 'loses everything', sql: 'delete from checkpoint; delete from leaf', says: 'entries are missing' },
]
test.each(TAMPER)(
  'a database that $name is a rewind that every replica reports',
  async ({ name, sql, says }) => {
    const { pool } = await database()
    const other = `${name} other`
    const one = sequencer(pool, name)
    const two = sequencer(pool, other)
    for (let i = 1; i <= 5; i++) {
      await note(pool, 'a')
      await until(() => size(one) === i && size(two) === i)
    }
    await one.stop()
    await two.stop()
    if (name === 'holds other entries') await pool.query('update checkpoint set size = 6 where size = 5')
    await pool.query(sql)
    const published: PublishedHead[] = []
    const again = sequencer(pool, other, published)
    await until(() => again.status().state === 'rewound')
    // A replica without a file of its own hears it from the database.
    const fresh = sequencer(pool, `${name} fresh`, published)
    await until(() => fresh.status().state === 'rewound')
    await note(pool, 'a')
    await sleep(100)
    expect(published).toEqual([])
    expect(again.status()).toMatchObject({
      published: { size: 5, incarnation: 1 },
      says: expect.stringContaining(says),
    })
    expect((await readHeadFile(join(folder, other)))?.size).toBe(5)
  },
)

test('a new incarnation begins with an entry that commits to the old head', async () => {
  const { pool } = await database()
  const one = sequencer(pool, 'inc')
  await note(pool, 'a', 4)
  await until(() => size(one) === 4)
  await one.stop()
  copyFileSync(join(folder, 'inc'), join(folder, 'inc-copy'))
  await pool.query('delete from checkpoint; delete from leaf where idx >= 2')
  const two = sequencer(pool, 'inc')
  await until(() => two.status().state === 'rewound')
  await note(pool, 'b')
  const status = two.status()
  if (status.state !== 'rewound') throw new Error(status.state)
  const acts = [{ signature: 's' }]
  const wrong = { site: 'test.example', actor, previous: { ...status.published, size: 3 }, acts }
  await expect(inTransaction(pool, (tx) => reincarnate(tx, wrong, Date.now))).rejects.toThrow(
    'expected the published head',
  )
  await inTransaction(pool, (tx) => reincarnate(tx, { ...wrong, previous: status.published }, Date.now))
  await until(() => two.status().state === 'leading' && size(two) === 4)
  expect(await readHeadFile(join(folder, 'inc'))).toMatchObject({ incarnation: 2, size: 4 })
  const { events } = await loadStream(pool, 'log')
  expect(events[0]).toMatchObject({
    type: 'log-reincarnated',
    state: { incarnation: 2, previous: { size: 4 } },
  })
  const first = await pool.query(
    'select e.stream from leaf l join event e using (gid) where incarnation = 2 and idx = 2',
  )
  expect(first.rows).toEqual([{ stream: 'log' }])
  // A replica that still remembers the old head accepts what continues it.
  const three = sequencer(pool, 'inc-copy')
  await until(() => three.status().state === 'following')
  await expect(inTransaction(pool, (tx) => reincarnate(tx, wrong, Date.now))).rejects.toThrow('not rewound')
})

test('says how far behind it is', async () => {
  const { pool } = await database()
  expect(await sequencerLag(pool, Date.now())).toBe(0)
  await note(pool, 'a')
  expect(await sequencerLag(pool, Date.now() + 1000)).toBeGreaterThanOrEqual(1000)
  let now = 0
  const clock = lagClock(() => now)
  clock.saw(10)
  expect(clock.behindMs()).toBe(10)
  now = 300_001
  expect(clock.behindMs()).toBeGreaterThan(300_000)
})

test('computes a root without its checkpoint', async () => {
  const { pool } = await database()
  const one = sequencer(pool, 'root')
  await note(pool, 'a', 7)
  await until(() => size(one) === 7)
  const session = await openSession(pool)
  const before = await rootAt(session, 1, 7)
  await pool.query('delete from checkpoint')
  expect(await rootAt(session, 1, 7)).toBe(before)
  expect(await rootAt(session, 1, 8)).toBeNull()
  await session.end()
})
