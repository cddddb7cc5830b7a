/** A launcher as a process of its own, to be killed. */
import { startPostgres } from '../launcher.ts'

const server = await startPostgres({ dataDir: process.argv[2] ?? '', log: { info() {}, warn() {} } })
process.send?.({ url: server.url, pid: server.pid() })
