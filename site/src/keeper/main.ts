/**
 * The keeper as a program of its own: `keeper/main.ts STATE-FOLDER`. Picks a loopback port for each service, starts them,
 * writes `keeper.json` when it listens, and ends its services when it is asked to end.
 */
import { mkdirSync, renameSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recordPid } from '../pid-record.ts'
import { pathsIn, writeJson } from '../state-dir.ts'
import { serveKeeper } from './http.ts'
import { KeptService } from './supervise.ts'

const APP = fileURLToPath(new URL('../../hosted/app.mjs', import.meta.url))
const NAMES = ['web1', 'web2']

async function main(dir: string): Promise<void> {
  const paths = pathsIn(dir)
  mkdirSync(paths.logs, { recursive: true })
  const ports = await freePorts(NAMES.length)
  const services = NAMES.map((name, index) => {
    const port = String(ports[index])
    const spec = {
      name,
      url: `http://127.0.0.1:${port}`,
      log: join(paths.logs, `${name}.log`),
      command: [process.execPath, APP],
      env: { HOST: '127.0.0.1', PORT: port, NAME: name, VERSION: 'v1', NODE_OPTIONS: '' },
    }
    return new KeptService(spec, (service, pid) => recordPid(paths.pids, service, pid))
  })
  const { server, url } = await serveKeeper(services)
  for (const service of services) await service.order('start')
  const parts = services.map(({ spec }) => ({
    name: spec.name,
    url: spec.url,
    health: '/healthz',
    log: spec.log,
  }))
  writeJson(`${paths.keeper}.new`, { url, pid: process.pid, services: parts })
  renameSync(`${paths.keeper}.new`, paths.keeper)
  const leave = async () => {
    server.close()
    await Promise.all(services.map((service) => service.order('stop')))
    process.exit(0)
  }
  process.on('SIGTERM', () => void leave())
  process.on('SIGINT', () => void leave())
}

/** All held open at the same time, so that they differ; a port lost before its service binds shows as a failed service. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}

const dir = process.argv[2]
if (!dir) throw new Error('usage: keeper/main.ts STATE-FOLDER')
await main(dir)
