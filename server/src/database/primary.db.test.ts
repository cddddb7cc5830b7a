import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { backup, restore } from './backup.ts'
import { startPostgres } from './launcher.ts'
import { openPool } from './pool.ts'
import { quiet, testFolder } from './testing.ts'
import { inTransaction } from './transaction.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('the pool follows the primary of a cluster: nothing acknowledged is lost, writes go on', async () => {
  const folder = testFolder()
  const [portA, portB] = [await freePort(), await freePort()]
  const a = await startPostgres({ dataDir: join(folder, 'a'), log: quiet, tcpPort: portA })
  const { user, password, database } = a.config
  const near = openPool(a.url)
  await near.query('create table t (i int primary key)')
  await backup(near, join(folder, 'a'), join(folder, 'base.tar'))
  await restore(join(folder, 'base.tar'), join(folder, 'b'))
  writeFileSync(join(folder, 'b/pgdata/standby.signal'), '')
  const primary = `host=127.0.0.1 port=${portA} user=${user} password=${password}`
  const settings = { primary_conninfo: `${primary} application_name=b` }
  const b = await startPostgres({ dataDir: join(folder, 'b'), log: quiet, tcpPort: portB, settings })
  await near.query("alter system set synchronous_standby_names = '*'")
  await near.query('select pg_reload_conf()')
  for (let i = 0; i < 200; i++) {
    const { rows } = await near.query('select sync_state from pg_stat_replication')
    if (rows[0]?.sync_state === 'sync') break
    await sleep(20)
  }

  const pool = openPool(`postgres://${user}:${password}@127.0.0.1:${portA},127.0.0.1:${portB}/${database}`, {
    max: 4,
  })
  const acknowledged: number[] = []
  let stopping = false
  let gap = 0
  let last = performance.now()
  const writer = async () => {
    for (let i = 1; !stopping; i++) {
      try {
        await inTransaction(pool, (tx) => tx.query('insert into t values ($1)', [i]))
        acknowledged.push(i)
        gap = Math.max(gap, performance.now() - last)
        last = performance.now()
      } catch {
        await sleep(10)
      }
    }
  }
  const writing = writer()
  await sleep(500)
  const before = acknowledged.length
  expect(before).toBeGreaterThan(10)
  await near.end()
  await a.stop()
  const local = openPool(b.url)
  await local.query('select pg_promote(true, 10)')
  await local.query("alter system set synchronous_standby_names = ''")
  await local.query('select pg_reload_conf()')
  const promoted = acknowledged.length
  for (let i = 0; i < 500 && acknowledged.length < promoted + 20; i++) await sleep(10)
  stopping = true
  await writing
  expect(acknowledged.length).toBeGreaterThanOrEqual(promoted + 20)
  const held = new Set((await local.query('select i from t')).rows.map(({ i }) => i))
  expect(acknowledged.filter((i) => !held.has(i))).toEqual([])
  console.log(JSON.stringify({ acknowledged: acknowledged.length, longestGapMs: Math.round(gap) }))
  await pool.end()
  await local.end()
  await b.stop()
}, 60_000)
