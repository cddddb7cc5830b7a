/** Says whether this machine can carry the real site, and why not, before anything is made. */
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { run } from '../run.ts'
import { groupFolders } from './cgroup.ts'

/** Runs in namespaces that end with it: nothing has to be undone. */
const TRIAL = `ip link set lo up; mount -t tmpfs countersign-try /tmp; cd /tmp; mkdir up work root
mount -t overlay countersign-try -o lowerdir=/,upperdir=up,workdir=work root`

const PROGRAMS = [
  '/usr/bin/systemd-nspawn',
  '/usr/bin/prometheus',
  '/usr/bin/prometheus-alertmanager',
  '/usr/bin/prometheus-node-exporter',
  '/usr/sbin/haproxy',
  '/usr/sbin/named',
  '/usr/sbin/knotd',
  '/usr/sbin/sshd',
  '/usr/bin/ssh-keygen',
  '/usr/bin/dbus-daemon',
]

/** `undefined` when the machine can, else one sentence; needs the packages installed for a full answer. */
export async function whyNotReal(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `the real site needs Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'the real site needs root for namespaces and mounts'
  const tried = await run('unshare', ['-mn', 'sh', '-ec', TRIAL])
  if (tried.code !== 0)
    return `this machine lets root make no namespaces or overlay mounts: ${tried.stderr.trim()}`
  const trees = groupFolders('any').map(dirname)
  const closed = trees.filter((tree) => !isWritable(tree))
  if (trees.length === 0)
    return 'the real site needs a cgroup v2 or a systemd v1 hierarchy below /sys/fs/cgroup'
  if (closed.length > 0)
    return `the real site needs ${closed.join(' and ')} writable (a container must be privileged)`
  return undefined
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Programs of the site that are not installed. */
export function missingPrograms(): string[] {
  return PROGRAMS.filter((path) => !existsSync(path))
}
