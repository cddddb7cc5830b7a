/** Audited events beside what the same PostgreSQL takes as bare one-row transactions, from 32 connections each. */

import { generateKeyPairSync, sign } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@countersign/server/database/launcher'
import { migrate } from '@countersign/server/database/migrate'
import { openPool } from '@countersign/server/database/pool'
import { startSequencer } from '@countersign/server/log/sequencer'
import type { Recorded } from '@countersign/server/record/append'
import { recordAlone } from '@countersign/server/record/record'
import { createRecorder, type Ready } from '@countersign/server/record/recorder'
import type pg from 'pg'
import { type Bench, quantile, type Row, row } from './row.ts'

const CONNECTIONS = 32
const SECONDS = 6
const quiet = { info() {}, warn() {} }

export const audit: Bench = {
  name: 'audit',
  says: 'audited events per second, and from commit to signed checkpoint',
  async run(say) {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
    chmodSync(dir, 0o711)
    const postgres = await startPostgres({ dataDir: join(dir, 'data'), log: quiet })
    const pool = openPool(postgres.url, { max: CONNECTIONS })
    try {
      await migrate(pool)
      return await measure(pool, dir, say)
    } finally {
      await pool.end()
      await postgres.stop()
      rmSync(dir, { recursive: true, force: true })
    }
  },
}

/** Both in turn, twice, so that a drift of the machine hits both. */
async function measure(pool: pg.Pool, dir: string, say: (line: string) => void): Promise<Row[]> {
  await pool.query('create table bare (id bigserial primary key, body text not null)')
  const sequencer = startSequencer({
    pool,
    site: 'bench.test',
    key: key(),
    headFile: join(dir, 'head'),
    clock: Date.now,
    log: quiet,
  })
  const body = 'x'.repeat(600)
  const bare = () => pool.query({ name: 'bare', text: 'insert into bare (body) values ($1)', values: [body] })
  const rates = { bare: [] as number[], audited: [] as number[], shared: [] as number[] }
  const recorder = createRecorder(pool, Date.now)
  for (let round = 0; round < 2; round++) {
    rates.bare.push(await rate(() => bare()))
    rates.audited.push(await rate(auditor((ready) => recordAlone(pool, ready, Date.now))))
    rates.shared.push(await rate(auditor((ready) => recorder.record(ready))))
  }
  const lags = await lag(pool)
  await sequencer.stop()
  const [anchor, value, shared] = [mean(rates.bare), mean(rates.audited), mean(rates.shared)]
  say(`bare ${Math.round(anchor)}/s, audited ${Math.round(value)}/s (sequencer running)`)
  return [
    row(
      'audited events, each a commit of its own',
      value,
      '1/s',
      `bare one-row transactions, ${CONNECTIONS} connections`,
      anchor,
    ),
    row(
      'audited events, those of one moment in one commit',
      shared,
      '1/s',
      `bare one-row transactions, ${CONNECTIONS} connections`,
      anchor,
    ),
    row('commit to signed checkpoint, p99', quantile(lags, 0.99), 'ms', 'goal', 200),
  ]
}

async function rate(work: (worker: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + SECONDS * 500
  const from = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, worker) => {
      while (performance.now() < end) {
        await work(worker)
        count++
      }
    }),
  )
  return (count * 1000) / (performance.now() - from)
}

/** Each worker appends to streams of its own, as incidents do. */
function auditor(record: (ready: Ready) => Promise<Recorded[]>): (worker: number) => Promise<unknown> {
  const run = Math.random().toString(36).slice(2)
  const streams = Array.from({ length: CONNECTIONS }, (_, i) => ({
    id: `bench/${run}-${i}`,
    seq: 0,
    head: undefined as Uint8Array | undefined,
  }))
  const state = { says: 'x'.repeat(400), count: 1 }
  return async (worker) => {
    const stream = streams[worker]
    if (stream === undefined) return
    const events = [{ type: 'bench-event', actor: { kind: 'control-plane', id: 'bench' }, state }]
    const append = { stream: stream.id, kind: 'bench', events }
    const ready =
      stream.head === undefined
        ? { ...append, expected: 0 as const }
        : { ...append, expected: stream.seq, head: stream.head }
    const [recorded] = await record(ready)
    stream.seq += 1
    stream.head = recorded?.leafHash
  }
}

/** From the commit of one event to the commit of the checkpoint that covers it. */
async function lag(pool: pg.Pool): Promise<number[]> {
  const lags: number[] = []
  for (let i = 0; i < 100; i++) {
    const events = [{ type: 'bench-event', actor: { kind: 'control-plane', id: 'bench' }, state: { i } }]
    const [recorded] = await recordAlone(
      pool,
      { stream: `lag/${Date.now()}-${i}`, kind: 'bench', expected: 0, events },
      Date.now,
    )
    const from = performance.now()
    for (;;) {
      const { rowCount } = await pool.query('select from leaf where gid = $1', [recorded?.gid])
      if (rowCount === 1) break
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    lags.push(performance.now() - from)
  }
  return lags
}

function key() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12)
  return {
    publicKey: new Uint8Array(raw),
    sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
