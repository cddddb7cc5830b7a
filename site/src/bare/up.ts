/** Brings the bare site up: one keeper as a daemon, with its Node services on loopback ports. Needs no rights. */
import { spawn } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BareService, BareSite } from '../described.ts'
import { SiteFault } from '../fault-of-site.ts'
import { isAlive, type PidRecord, recordPid } from '../pid-record.ts'
import { type Paths, pathsIn, writeJson } from '../state-dir.ts'
import { until } from '../wait.ts'
import { lookAtBare } from './check.ts'

const KEEPER = fileURLToPath(new URL('../keeper/main.ts', import.meta.url))

export async function upBare(dir: string, say: (line: string) => void): Promise<BareSite> {
  const paths = pathsIn(dir)
  chmodSync(dir, 0o700)
  writeJson(paths.begun, { kind: 'bare', prefix: '' })
  const keeper = startKeeper(paths)
  await until('keeper listens', 20_000, async () => {
    if (existsSync(paths.keeper)) return true
    if (!isAlive(keeper)) throw new SiteFault(`the keeper ended: ${lastLine(join(paths.logs, 'keeper.log'))}`)
    return 'nothing yet'
  })
  say('keeper listens')
  const { url, pid, services } = JSON.parse(readFileSync(paths.keeper, 'utf8')) as {
    url: string
    pid: number
    services: BareService[]
  }
  const site: BareSite = { v: 1, kind: 'bare', dir, keeper: { url, pid }, services }
  await until('every service answers', 15_000, async () => {
    const bad = (await lookAtBare(site)).filter(({ ok }) => !ok)
    return bad.length === 0 ? true : bad.map(({ what, said }) => `${what}: ${said}`).join('; ')
  })
  say(`${services.map(({ name }) => name).join(' and ')} answer`)
  writeJson(paths.site, site)
  return site
}

function startKeeper(paths: Paths): PidRecord {
  mkdirSync(paths.logs, { recursive: true })
  const log = openSync(join(paths.logs, 'keeper.log'), 'a')
  const args = ['--import', import.meta.resolve('tsx'), KEEPER, paths.dir]
  const child = spawn(process.execPath, args, { cwd: '/', detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  if (child.pid === undefined) throw new SiteFault('failed to start the keeper')
  child.unref()
  return recordPid(paths.pids, 'keeper', child.pid)
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? ''
}
