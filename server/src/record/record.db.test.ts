import { setTimeout as sleep } from 'node:timers/promises'
import { nodeCrypto } from '@countersign/crypto/node'
import { utf8 } from '@countersign/trail/bytes'
import { isNextOf, isPrivateOf, isStateOf, openEntry } from '@countersign/trail/entry'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { inTransaction } from '../database/transaction.ts'
import { type Append, StreamClosed, StreamMoved } from './append.ts'
import { loadMany, loadStream } from './load.ts'
import { record, recordAlone } from './record.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase({ max: 16 })
})
afterAll(() => db.stop())

let now = 1_700_000_000_000
const clock = () => now++
const actor = { kind: 'person', id: 'p1' }
const append = (stream: string, expected: number, more: Partial<Append> = {}): Append => ({
  stream,
  kind: 'incident',
  expected,
  events: [{ type: 'noted', actor, state: { n: expected } }],
  ...more,
})
const write = (...appends: Append[]) => inTransaction(db.pool, (tx) => record(tx, appends, clock), 1)
const count = async (table: string, stream: string) =>
  (await db.pool.query(`select count(*) as n from ${table} where stream = $1`, [stream])).rows[0].n

describe('record', () => {
  test('creates a stream, continues it, and reads back what was written', async () => {
    const events = [
      {
        type: 'opened',
        actor,
        state: { title: 'a' },
        private: { class: 'incident' as const, body: { who: 'x' } },
      },
      { type: 'noted', actor, state: [1, null, 'ü'] },
    ]
    const first = await write(append('s1', 0, { events, dueAt: 5 }))
    expect(first.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'opened'],
      [2, 'noted'],
    ])
    await write(append('s1', 2))
    const loaded = await loadStream(db.pool, 's1', { private: true })
    expect(loaded).toMatchObject({ seq: 3, dueAt: 5, kind: 'incident', closed: false })
    expect(loaded.events.map(({ state }) => state)).toEqual([{ title: 'a' }, [1, null, 'ü'], { n: 2 }])
    expect(loaded.events.map((event) => event.private)).toEqual([{ who: 'x' }, undefined, undefined])
    expect((await loadStream(db.pool, 's1')).events[0]).not.toHaveProperty('private')
  })

  test('keeps due_at unless told, clears it on null', async () => {
    await write(append('due', 0, { dueAt: 7 }))
    await write(append('due', 1))
    expect((await loadStream(db.pool, 'due')).dueAt).toBe(7)
    await write(append('due', 2, { dueAt: null }))
    expect((await loadStream(db.pool, 'due')).dueAt).toBeNull()
  })

  test.each([
    { name: 'refuses a stream that is ahead', expected: 1 },
    { name: 'refuses to create what exists', expected: 0 },
    { name: 'refuses a stream that is behind', expected: 9 },
  ])('$name, and leaves nothing', async ({ name, expected }) => {
    await write(append(name, 0))
    await write(append(name, 1))
    const before = (await db.pool.query('select count(*) as n from pending')).rows[0].n
    await expect(write(append(`${name} other`, 0), append(name, expected))).rejects.toThrow(StreamMoved)
    expect(await count('event', `${name} other`)).toBe(0)
    expect((await loadStream(db.pool, name)).seq).toBe(2)
    expect((await db.pool.query('select count(*) as n from pending')).rows[0].n).toBe(before)
  })

  test('refuses a stream that does not exist', async () => {
    await expect(write(append('nowhere', 3))).rejects.toThrow(StreamMoved)
    await expect(write(append('nowhere', 3, { head: new Uint8Array(32) }))).rejects.toThrow(StreamMoved)
  })

  test('a closed stream takes nothing more', async () => {
    await write(append('closing', 0, { close: true }))
    await expect(write(append('closing', 1))).rejects.toThrow(StreamClosed)
    const { head } = await loadStream(db.pool, 'closing')
    await expect(write(append('closing', 1, { head: head as Uint8Array }))).rejects.toThrow(StreamClosed)
  })

  test('with the head at hand needs no second look, and still sees that it moved', async () => {
    await write(append('headed', 0))
    const { head } = await loadStream(db.pool, 'headed')
    await write(append('headed', 1, { head: head as Uint8Array }))
    await expect(write(append('headed', 2, { head: head as Uint8Array }))).rejects.toThrow(StreamMoved)
  })

  test('alone is whole or nothing', async () => {
    await recordAlone(db.pool, { ...append('alone', 0), expected: 0 }, clock)
    await expect(recordAlone(db.pool, { ...append('alone', 0), expected: 0 }, clock)).rejects.toThrow(
      StreamMoved,
    )
    const { head } = await loadStream(db.pool, 'alone')
    await recordAlone(db.pool, { ...append('alone', 1), head: head as Uint8Array }, clock)
    expect((await loadMany(db.pool, ['alone', 'none'])).map(({ seq }) => seq)).toEqual([2, 0])
  })

  test('refuses what is no plain JSON of integers before anything is written', async () => {
    const events = [{ type: 'noted', actor, state: { share: 0.5 } }]
    await expect(write(append('fraction', 0, { events }))).rejects.toThrow('expected an integer, got 0.5')
    expect(await count('stream', 'fraction').catch(() => 0)).toBe(0)
  })
})

describe('laws', () => {
  test('concurrent appends: one winner per number, dense, chained, and no deadlock', async () => {
    const streams = ['c-3', 'c-1', 'c-2']
    const won = new Map(streams.map((stream) => [stream, 0]))
    const writer = async (seed: number) => {
      for (let i = 0; i < 15; i++) {
        const mine = streams.filter((_, at) => ((seed + i) >> at) % 2 === 0 || at === seed % 3)
        await inTransaction(
          db.pool,
          async (tx) => {
            const loaded = await loadMany(tx, mine)
            await record(tx, loaded.map(({ stream, seq }) => append(stream, seq)).reverse(), clock)
          },
          200,
        )
        for (const stream of mine) won.set(stream, (won.get(stream) as number) + 1)
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, seed) => writer(seed)))
    for (const stream of streams) {
      const { rows } = await db.pool.query(
        'select seq, entry, gid, leaf_hash from event where stream = $1 order by seq',
        [stream],
      )
      expect(rows.map(({ seq }) => seq)).toEqual(
        Array.from({ length: won.get(stream) as number }, (_, i) => i + 1),
      )
      expect([...rows].sort((a, b) => a.gid - b.gid)).toEqual(rows)
      let head: { seq: number; hash: Uint8Array } | null = null
      for (const row of rows) {
        const opened = openEntry(row.entry)
        if ('refused' in opened) throw new Error(opened.refused)
        expect(isNextOf(opened.entry, head)).toBe(true)
        head = { seq: row.seq, hash: row.leaf_hash }
      }
    }
  })

  test('a transaction that ends badly leaves nothing: no head, event, private, pending row', async () => {
    const events = [{ type: 'noted', actor, state: 1, private: { class: 'long' as const, body: 2 } }]
    const before = (await db.pool.query('select count(*) as n from pending')).rows[0].n
    await expect(
      inTransaction(db.pool, async (tx) => {
        await record(tx, [append('undone', 0, { events })], clock)
        throw new Error('the caller changed its mind')
      }),
    ).rejects.toThrow('changed its mind')
    expect((await loadStream(db.pool, 'undone')).kind).toBeNull()
    expect(await count('event', 'undone')).toBe(0)
    expect(await count('private', 'undone')).toBe(0)
    expect((await db.pool.query('select count(*) as n from pending')).rows[0].n).toBe(before)
  })

  test('erasing every private payload changes no folded state, and what is left still proves', async () => {
    const json = fc.jsonValue({ noUnicodeString: false } as never).filter(isPlain)
    const event = fc.record({
      state: json,
      secret: fc.option(json),
      class: fc.constantFrom('incident', 'people', 'long'),
    })
    let n = 0
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 5 }), async (list) => {
        const stream = `law-${n++}`
        const events = list.map(({ state, secret, class: kept }) => ({
          type: 'noted',
          actor,
          state: state as never,
          ...(secret === null ? {} : { private: { class: kept as never, body: secret as never } }),
        }))
        await write(append(stream, 0, { events }))
        const before = await loadStream(db.pool, stream)
        const rows = (
          await db.pool.query(
            'select e.entry, e.state, p.salt, p.body from event e left join private p using (stream, seq) where stream = $1 order by seq',
            [stream],
          )
        ).rows
        for (const { entry, state, salt, body } of rows) {
          const opened = openEntry(entry)
          if ('refused' in opened) throw new Error(opened.refused)
          expect(isStateOf(nodeCrypto, opened.entry, utf8(state))).toBe(true)
          if (body !== null)
            expect(isPrivateOf(nodeCrypto, opened.entry, { salt, bytes: utf8(body) })).toBe(true)
        }
        await db.pool.query('delete from private where stream = $1', [stream])
        expect(await loadStream(db.pool, stream)).toEqual(before)
        expect(await loadStream(db.pool, stream, { private: true })).toEqual(before)
      }),
      { numRuns: 25 },
    )
  })

  test('a conflict is tried again by the transaction itself', async () => {
    await write(append('again', 0))
    let runs = 0
    await inTransaction(db.pool, async (tx) => {
      const { seq } = await loadStream(tx, 'again')
      if (runs++ === 0) await write(append('again', 1))
      await sleep(1)
      await record(tx, [append('again', seq)], clock)
    })
    expect(runs).toBe(2)
    expect((await loadStream(db.pool, 'again')).seq).toBe(3)
  })
})

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'string') return !value.includes('\u0000')
  if (Array.isArray(value)) return value.every(isPlain)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, item]) => !key.includes('\u0000') && isPlain(item))
}
