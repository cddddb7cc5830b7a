import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { StreamMoved } from './append.ts'
import { loadMany, loadStream } from './load.ts'
import { createRecorder, type Ready } from './recorder.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.stop())

const actor = { kind: 'person', id: 'p' }
const fresh = (stream: string, state: unknown = 1): Ready => ({
  stream,
  kind: 'k',
  expected: 0,
  events: [{ type: 'noted', actor, state: state as never }],
})

test('records what arrives together in few commits; each wins or loses by itself', async () => {
  const recorder = createRecorder(db.pool, Date.now)
  const names = Array.from({ length: 60 }, (_, i) => `s${i}`)
  const answers = await Promise.allSettled([
    ...names.map((name) => recorder.record(fresh(name))),
    // A second creation of the same stream, and a state that cannot be hashed: neither harms its neighbours.
    recorder.record(fresh('s7')),
    recorder.record(fresh('bad', 0.5)),
  ])
  expect(answers.slice(0, 60).every(({ status }) => status === 'fulfilled')).toBe(true)
  expect((answers[60] as PromiseRejectedResult).reason).toBeInstanceOf(StreamMoved)
  expect((answers[61] as PromiseRejectedResult).reason).toBeInstanceOf(TypeError)
  const loaded = await loadMany(db.pool, names)
  expect(loaded.every(({ seq, events }) => seq === 1 && events.length === 1)).toBe(true)
  const commits = await db.pool.query('select count(distinct xmin::text) as n from event')
  expect(commits.rows[0].n).toBeLessThan(10)
})

test('concurrent writers of one stream: one winner per number', async () => {
  const recorders = [createRecorder(db.pool, Date.now), createRecorder(db.pool, Date.now)]
  await recorders[0]?.record(fresh('one'))
  let won = 0
  for (let round = 0; round < 10; round++) {
    const { seq, head } = await loadStream(db.pool, 'one')
    const next = { ...fresh('one'), expected: seq, head: head as Uint8Array }
    const answers = await Promise.allSettled(recorders.map((recorder) => recorder.record(next)))
    won += answers.filter(({ status }) => status === 'fulfilled').length
  }
  expect(won).toBe(10)
  expect((await loadStream(db.pool, 'one')).seq).toBe(11)
})
