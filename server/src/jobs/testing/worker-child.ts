/** A worker as a process of its own whose task says that it began, and then takes its time. For the kill test. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from '../../database/pool.ts'
import { startWorker } from '../queue.ts'

const [url = '', slowMs = '0'] = process.argv.slice(2)
const pool = openPool(url, { max: 6 })

await startWorker({
  pool,
  log: { info() {}, warn() {} },
  concurrency: 4,
  tasks: {
    async step(id) {
      await pool.query('insert into began (id, pid, at) values ($1, $2, clock_timestamp())', [
        id,
        process.pid,
      ])
      await sleep(Number(slowMs))
      await pool.query('insert into done (id) values ($1) on conflict do nothing', [id])
    },
  },
})
process.send?.('ready')
