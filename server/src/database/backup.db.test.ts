import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startSequencer } from '../log/sequencer.ts'
import { testKey } from '../log/testing/key.ts'
import { record } from '../record/record.ts'
import { backup, restore } from './backup.ts'
import { startPostgres } from './launcher.ts'
import { migrate } from './migrate.ts'
import { openPool } from './pool.ts'
import { quiet, testFolder } from './testing.ts'
import { inTransaction } from './transaction.ts'

const actor = { kind: 'person', id: 'p' }

test('a backup under load holds everything acknowledged before it; restored, it is reported as a rewind', async () => {
  const folder = testFolder()
  const headFile = join(folder, 'published-head')
  const file = join(folder, 'backup.tar')
  const dataDir = join(folder, 'a')
  const server = await startPostgres({ dataDir, log: quiet })
  const pool = openPool(server.url, { max: 12 })
  await migrate(pool)
  const options = { site: 'b.test', key: testKey(), headFile, clock: Date.now, log: quiet, everyMs: 10 }
  const sequencer = startSequencer({ pool, ...options })
  let stopping = false
  const acknowledged = new Map<string, number>()
  const writer = async (n: number) => {
    for (let seq = 0; !stopping; seq++) {
      const events = [{ type: 'noted', actor, state: 'x'.repeat(500) }]
      await inTransaction(pool, (tx) =>
        record(tx, [{ stream: `w${n}`, kind: 'w', expected: seq, events }], Date.now),
      )
      acknowledged.set(`w${n}`, seq + 1)
    }
  }
  const writers = Array.from({ length: 6 }, (_, n) => writer(n))
  await sleep(500)
  const before = new Map(acknowledged)
  const report = await backup(pool, dataDir, file)
  await sleep(300)
  stopping = true
  await Promise.all(writers)
  const total = [...acknowledged.values()].reduce((sum, n) => sum + n, 0)
  for (let i = 0; i < 300; i++) {
    const status = sequencer.status()
    if (status.state === 'leading' && status.head?.size === total) break
    await sleep(10)
  }
  await sequencer.stop()
  await expect(backup(pool, dataDir, file)).rejects.toThrow('exists')
  await expect(backup(pool, join(folder, 'other'), `${file}2`)).rejects.toThrow('not the embedded one')
  await pool.end()
  await server.stop()
  expect(statSync(file).mode & 0o777).toBe(0o600)

  await expect(restore(file, dataDir)).rejects.toThrow('expected no database')
  const damaged = join(folder, 'damaged.tar')
  copyFileSync(file, damaged)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  writeFileSync(damaged, bytes)
  await expect(restore(damaged, join(folder, 'b'))).rejects.toThrow('digest does not hold')
  writeFileSync(damaged, bytes.subarray(0, bytes.length >> 1))
  await expect(restore(damaged, join(folder, 'b'))).rejects.toThrow('not whole')

  await restore(file, join(folder, 'b'))
  const again = await startPostgres({ dataDir: join(folder, 'b'), log: quiet })
  const restored = openPool(again.url, { max: 4 })
  const { rows } = await restored.query<{ id: string; seq: number; n: number }>(
    'select s.id, s.seq, (select count(*) from event e where e.stream = s.id) as n from stream s',
  )
  for (const [stream, seq] of before) {
    const row = rows.find(({ id }) => id === stream)
    expect(row?.seq).toBeGreaterThanOrEqual(seq)
    expect(row?.n).toBe(row?.seq)
  }
  const held = rows.reduce((sum, { seq }) => sum + seq, 0)
  expect(held).toBeLessThan(total)
  const old = startSequencer({ pool: restored, ...options })
  for (let i = 0; i < 300 && old.status().state !== 'rewound'; i++) await sleep(10)
  expect(old.status()).toMatchObject({ state: 'rewound', published: { size: total } })
  const bytesOf = (map: Map<string, number>) => [...map.values()].reduce((sum, n) => sum + n, 0)
  console.log(JSON.stringify({ before: bytesOf(before), held, total, ...report, file: undefined }))
  await old.stop()
  await restored.end()
  await again.stop()
}, 60_000)
