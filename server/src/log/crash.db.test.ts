import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '@countersign/crypto/node'
import { base64 } from '@countersign/trail/bytes'
import { originOf } from '@countersign/trail/checkpoint'
import { formatVkey, openNote, parseVkey } from '@countersign/trail/note'
import { CompactRange } from '@countersign/trail/tree'
import { expect, test } from 'vitest'
import { testDatabase, testFolder } from '../database/testing.ts'
import { inTransaction } from '../database/transaction.ts'
import { record } from '../record/record.ts'
import { readHead, readHeadFile } from './head.ts'
import { testKey } from './testing/key.ts'

const CHILD = fileURLToPath(new URL('./testing/sequencer-child.ts', import.meta.url))
const APPEND_MS = 6_000
const actor = { kind: 'person', id: 'p' }

test('killed sequencers lose nothing, publish nothing that does not hold, and never shrink', async () => {
  const { pool, url, stop } = await testDatabase({ max: 10 })
  const folder = testFolder()
  const journal = join(folder, 'published')
  let kills = 0
  let ending = false
  const children = new Set<ChildProcess>()
  const start = (name: string, chance: string) => {
    const args = [url, join(folder, `head-${name}`), journal, chance]
    const child = fork(CHILD, args, { execArgv: ['--import', 'tsx'] })
    children.add(child)
    child.on('exit', () => {
      children.delete(child)
      if (ending) return
      kills++
      start(name, chance)
    })
  }
  start('a', '0.05')
  start('b', '0.05')
  let committed = 0
  let aborted = 0
  const until = performance.now() + APPEND_MS
  const appender = async (n: number) => {
    for (let seq = 0; performance.now() < until; ) {
      const fails = Math.random() < 0.05
      const events = [{ type: 'noted', actor, state: seq }]
      const done = inTransaction(pool, async (tx) => {
        await record(tx, [{ stream: `w${n}`, kind: 'w', expected: seq, events }], Date.now)
        if (fails) throw new Error('meant to fail')
      })
      await done.then(
        () => {
          seq++
          committed++
        },
        () => aborted++,
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, n) => appender(n)))
  ending = true
  const ended = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
  start('a', '0')
  const count = async (table: string) =>
    (await pool.query(`select count(*) as n from ${table}`)).rows[0].n as number
  for (let i = 0; i < 200 && (await count('pending')) > 0; i++) await sleep(50)
  for (let i = 0; i < 200 && (await readHeadFile(join(folder, 'head-a')))?.size !== committed; i++)
    await sleep(50)
  for (const child of children) child.kill('SIGKILL')

  const { rows } = await pool.query('select idx, leaf_hash from leaf where incarnation = 1 order by idx')
  expect(rows.length).toBe(committed)
  expect(await count('event')).toBe(committed)
  const range = new CompactRange(nodeCrypto)
  const roots = new Map<number, string>()
  for (const { idx, leaf_hash } of rows) {
    expect(idx).toBe(range.size)
    range.append(leaf_hash)
    roots.set(range.size, base64(range.root()))
  }
  const vkey = parseVkey(
    nodeCrypto,
    formatVkey(nodeCrypto, originOf('crash.test', 1), 1, testKey().publicKey),
  )
  const notes = readFileSync(journal, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string)
  let last = 0
  for (const note of notes) {
    const opened = openNote(nodeCrypto, note, [vkey])
    expect('signers' in opened && opened.signers.length).toBe(1)
    const head = readHead(note)
    expect(roots.get(head.size)).toBe(head.root)
    expect(head.size).toBeGreaterThanOrEqual(last)
    last = head.size
  }
  expect(last).toBe(committed)
  expect((await pool.query('select rewound from log_state')).rows[0].rewound).toBeNull()
  expect(kills).toBeGreaterThan(2)
  console.log(JSON.stringify({ committed, aborted, kills, leaves: rows.length, published: notes.length }))
  await stop()
}, 60_000)
