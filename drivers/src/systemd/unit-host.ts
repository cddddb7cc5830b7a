/**
 * For tests: one host with a real systemd and sshd, as root: a container over an overlay of `/` whose changes stay in
 * memory, in a network namespace of its own, with a second namespace to reach it from. Names begin with `cs-drv-`;
 * what an earlier run left is ended first, by the pids in its own control group.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endGroup, groupOf, JOIN } from './unit-host-group.ts'

export const ADDRESS = '10.79.0.2'
export const UNIT = 'cs-app.service'
export const SECRET = 'open-sesame-4711'
const HOST_NS = 'cs-drv-host'
const SEAT_NS = 'cs-drv-seat'
const MOUNT = 'countersign-drv'
const READY_MS = 60_000

export type UnitHost = {
  keyFile: string
  knownHosts: string
  /** Put before ssh: the seat that reaches the host. */
  via: string[]
  /** Runs a command inside of the host, not by ssh; gives its output, and its exit code is ignored. */
  inside(...command: string[]): string
  close(): Promise<void>
}

export async function startUnitHost(): Promise<UnitHost> {
  await clearAway()
  const dir = mkdtempSync(join(tmpdir(), 'cs-drv-host-'))
  try {
    return await boot(dir)
  } catch (error) {
    await clearAway(dir)
    throw error
  }
}

async function boot(dir: string): Promise<UnitHost> {
  joinNamespaces()
  mkdirSync(join(dir, 'mem'))
  run('mount', '-t', 'tmpfs', '-o', 'size=1g,mode=0700', MOUNT, join(dir, 'mem'))
  for (const part of ['up', 'work', 'root']) {
    mkdirSync(join(dir, 'mem', part))
    chmodSync(join(dir, 'mem', part), 0o755)
  }
  const layers = 'lowerdir=/,upperdir=up,workdir=work'
  execFileSync('mount', ['-t', 'overlay', '-o', layers, MOUNT, 'root'], { cwd: join(dir, 'mem') })
  const root = join(dir, 'mem/root')
  furnish(dir, root)
  const leader = await startSystemd(dir, root)
  const inside = (...command: string[]) =>
    quietly('nsenter', ['-t', leader, '-m', '-p', '-n', '--', ...command])
  const via = ['ip', 'netns', 'exec', SEAT_NS]
  const host = { keyFile: join(dir, 'id'), knownHosts: join(dir, 'known_hosts'), via, inside }
  const seen = () =>
    `${inside('systemctl', 'is-active', UNIT).trim()} ${inside('systemctl', 'is-active', 'cs-ssh').trim()}`
  await until('unit and sshd are active', () => seen() === 'active active')
  await until('sshd listens', () =>
    quietly('ip', ['netns', 'exec', HOST_NS, 'ss', '-ltn']).includes(`${ADDRESS}:22`),
  )
  return { ...host, close: () => clearAway(dir) }
}

function joinNamespaces(): void {
  for (const name of [HOST_NS, SEAT_NS]) {
    run('ip', 'netns', 'add', name)
    run('ip', '-n', name, 'link', 'set', 'lo', 'up')
  }
  run('ip', '-n', SEAT_NS, 'link', 'add', 'seat0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', HOST_NS)
  for (const [name, link, address] of [
    [SEAT_NS, 'seat0', '10.79.0.1/30'],
    [HOST_NS, 'eth0', `${ADDRESS}/30`],
  ] as const) {
    run('ip', '-n', name, 'addr', 'add', address, 'dev', link)
    run('ip', '-n', name, 'link', 'set', link, 'up')
  }
}

function furnish(dir: string, root: string): void {
  for (const folder of ['etc/cs', 'etc/systemd/system', 'var/lib/cs'])
    mkdirSync(join(root, folder), { recursive: true })
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'seat', '-f', join(dir, 'id'))
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'host', '-f', join(root, 'etc/cs/hostkey'))
  copyFileSync(join(dir, 'id.pub'), join(root, 'etc/cs/authorized_keys'))
  const [kind, key] = readFileSync(join(root, 'etc/cs/hostkey.pub'), 'utf8').split(' ')
  writeFileSync(join(dir, 'known_hosts'), `${ADDRESS} ${kind} ${key}\n`)
  writeFileSync(join(root, 'etc/machine-id'), '')
  const shadow = join(root, 'etc/shadow')
  if (existsSync(shadow))
    writeFileSync(shadow, readFileSync(shadow, 'utf8').replace(/^([^:\n]+):[^:\n]*/gm, '$1:*'))
  for (const [name, text] of Object.entries(UNITS))
    writeFileSync(join(root, 'etc/systemd/system', name), text)
}

/** Resolves with the pid of the container's init, as seen from here. */
async function startSystemd(dir: string, root: string): Promise<string> {
  const log = openSync(join(dir, 'nspawn.log'), 'a')
  const words = ['--quiet', `--directory=${root}`, '--register=no', '--keep-unit', '--link-journal=no']
  const place = [`--network-namespace-path=/run/netns/${HOST_NS}`, '--machine=cs-drv', '--console=pipe']
  const init = ['--kill-signal=SIGRTMIN+3', '/lib/systemd/systemd', '--system', '--unit=cs.target']
  const child = spawn('sh', ['-c', JOIN, 'sh', 'systemd-nspawn', ...words, ...place, ...init], {
    stdio: ['ignore', log, log],
    env: { ...process.env, CS_GROUPS: groupOf(HOST_NS).join(' ') },
  })
  closeSync(log)
  let leader = ''
  await until('systemd starts', () => {
    if (child.exitCode !== null)
      throw new Error(`systemd-nspawn ended: ${readFileSync(join(dir, 'nspawn.log'), 'utf8')}`)
    leader =
      quietly('pgrep', ['-P', String(child.pid)])
        .trim()
        .split('\n')[0] ?? ''
    return leader !== ''
  })
  return leader
}

async function clearAway(dir?: string): Promise<void> {
  await endGroup(HOST_NS)
  for (const name of [HOST_NS, SEAT_NS]) quietly('ip', ['netns', 'del', name])
  const ours = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${MOUNT} `))
  for (const line of ours.reverse()) quietly('umount', [line.split(' ')[1] ?? ''])
  if (dir) rmSync(dir, { recursive: true, force: true })
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + READY_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${READY_MS} ms in vain: ${what}`)
    await sleep(50)
  }
}

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' })

function quietly(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    })
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? '')
  }
}

const UNITS = {
  'cs.target':
    '[Unit]\nDescription=Host of a driver test\nRequires=dbus.socket\nWants=cs-ssh.service cs-app.service\n',
  'cs-ssh.service': `[Unit]
DefaultDependencies=no
[Service]
RuntimeDirectory=sshd
ExecStart=/usr/sbin/sshd -D -e -f /dev/null -o ListenAddress=${ADDRESS} -o HostKey=/etc/cs/hostkey -o PidFile=none -o AuthorizedKeysFile=/etc/cs/authorized_keys -o StrictModes=no -o PasswordAuthentication=no -o UsePAM=no -o PermitRootLogin=prohibit-password
Restart=always
`,
  // Each start and each stop leaves a line; starting takes a while, so that it can be cut off; its limit is low.
  [UNIT]: `[Unit]
Description=Service of a driver test
DefaultDependencies=no
StartLimitIntervalSec=60
StartLimitBurst=2
[Service]
Environment=TOKEN=${SECRET}
ExecStartPre=/bin/sh -c 'echo start >>/var/lib/cs/effects; sleep 0.4; test ! -e /var/lib/cs/broken'
ExecStart=/bin/sleep infinity
ExecStopPost=/bin/sh -c 'echo stop >>/var/lib/cs/effects'
`,
}
