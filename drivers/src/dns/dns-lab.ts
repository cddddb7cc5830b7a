/**
 * For tests: a real BIND primary (RFC 2136, TSIG) with a real Knot secondary on loopback high ports, in a folder of
 * their own, as an unprivileged user where the test is root. `close` ends both and removes everything.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NameServer } from './dns-step.ts'

export const ZONE = 'shop.test'
const NOBODY = 65_534
const READY_MS = 20_000

export type DnsLab = {
  dir: string
  keyFile: string
  /** The TSIG secret in the key file: no driver may let it out. */
  secret: string
  primary: NameServer
  secondary: NameServer
  /** What `dig +short` says, sorted, as one text. */
  dig(server: NameServer, name: string, type: string): string
  /** An update by another way than the driver, without prerequisites. */
  nsupdate(lines: string[]): void
  knotc(...words: string[]): string
  close(): Promise<void>
}

export async function startDnsLab(): Promise<DnsLab> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-drv-dns-'))
  const [primaryPort = 0, secondaryPort = 0] = await freePorts(2)
  const primary = { address: '127.0.0.1', port: primaryPort }
  const secondary = { address: '127.0.0.1', port: secondaryPort }
  const keyFile = join(dir, 'tsig.key')
  const key = execFileSync('tsig-keygen', ['-a', 'hmac-sha256', 'drv-key'], { encoding: 'utf8' })
  writeFileSync(keyFile, key, { mode: 0o600 })
  for (const folder of ['bind', 'knot', 'knot/zones', 'knot/db'])
    mkdirSync(join(dir, folder), { mode: 0o755 })
  writeFileSync(join(dir, 'bind/zone'), zoneText())
  writeFileSync(join(dir, 'bind/named.conf'), namedConf(dir, primary, secondary))
  writeFileSync(join(dir, 'knot/knot.conf'), knotConf(dir, primary, secondary))
  if (process.getuid?.() === 0) giveAway(dir)
  const children = [
    daemon('named', ['-g', '-n', '1', '-c', join(dir, 'bind/named.conf')]),
    daemon('knotd', ['-c', join(dir, 'knot/knot.conf')]),
  ]
  const lab: DnsLab = {
    dir,
    keyFile,
    secret: /secret "([^"]+)"/.exec(key)?.[1] ?? 'no secret found',
    primary,
    secondary,
    dig: digShort,
    nsupdate(lines) {
      const place = [`server ${primary.address} ${primary.port}`, `zone ${ZONE}`]
      const input = [...place, ...lines, 'send', ''].join('\n')
      execFileSync('nsupdate', ['-v', '-k', keyFile], {
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: 10_000,
      })
    },
    knotc: (...words) =>
      execFileSync('knotc', ['-s', join(dir, 'knot/sock'), ...words], { encoding: 'utf8' }),
    async close() {
      await Promise.all(children.map(end))
      rmSync(dir, { recursive: true, force: true })
    },
  }
  try {
    for (const server of [primary, secondary])
      await until(
        `${server.port} serves the zone`,
        () => digShort(server, `ns1.${ZONE}`, 'A') === '127.0.0.1',
      )
  } catch (error) {
    await lab.close()
    throw error
  }
  return lab
}

/** Looks again and again, bounded. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + READY_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${READY_MS} ms in vain: ${what}`)
    await sleep(30)
  }
}

function digShort(server: NameServer, name: string, type: string): string {
  const words = [
    '-r',
    `@${server.address}`,
    '-p',
    String(server.port),
    '+short',
    '+norecurse',
    '+time=1',
    '+tries=1',
  ]
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    const text = execFileSync('dig', [...words, '-q', name, '-t', type], {
      encoding: 'utf8',
      stdio: [...stdio],
    })
    return text.trim().split('\n').sort().join(' ')
  } catch {
    return 'no answer'
  }
}

function daemon(program: string, args: string[]): ChildProcess {
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const env = { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }
  const child = spawn(program, args, { stdio: 'ignore', env, ...user })
  child.on('error', () => {})
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  child.kill('SIGCONT')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 3000)
  await gone
  clearTimeout(hard)
}

/** Both held open at once, so that they differ. */
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

function giveAway(path: string): void {
  chownSync(path, NOBODY, NOBODY)
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) giveAway(join(path, name))
}

const zoneText = () => `$TTL 60
@ IN SOA ns1 hostmaster 1 3600 600 86400 60
@ IN NS ns1
ns1 IN A 127.0.0.1
www IN A 192.0.2.10
www IN A 192.0.2.11
www IN A 192.0.2.12
old IN CNAME www
note IN TXT "v=1 \\"quoted\\"; back\\\\slash" "second"
`

const namedConf = (dir: string, primary: NameServer, secondary: NameServer) => `include "${dir}/tsig.key";
options {
  directory "${dir}/bind"; pid-file "${dir}/bind/pid"; session-keyfile "${dir}/bind/session.key";
  listen-on port ${primary.port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify explicit; notify-delay 0;
  also-notify { 127.0.0.1 port ${secondary.port}; }; allow-transfer { 127.0.0.1; };
};
controls { };
zone "${ZONE}" {
  type primary; file "${dir}/bind/zone";
  update-policy { deny drv-key name locked.${ZONE}. ANY; grant drv-key zonesub ANY; };
};
`

const knotConf = (dir: string, primary: NameServer, secondary: NameServer) => `server:
    listen: ${secondary.address}@${secondary.port}
    rundir: ${dir}/knot
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: ${dir}/knot/db
control:
    listen: ${dir}/knot/sock
remote:
  - id: prim
    address: ${primary.address}@${primary.port}
acl:
  - id: n
    address: 127.0.0.1
    action: [notify, transfer]
template:
  - id: default
    storage: ${dir}/knot/zones
zone:
  - domain: ${ZONE}
    master: prim
    acl: n
`

/** The bytes of the key file, for tests that need a wrong copy of it. */
export const keyText = (lab: DnsLab): string => readFileSync(lab.keyFile, 'utf8')
