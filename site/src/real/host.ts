/** Builds a host's file system (an overlay of `/`, changes kept in memory) and boots systemd in it. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '../described.ts'
import { SiteFault } from '../fault-of-site.ts'
import { must } from '../run.ts'
import { type Paths, writeSecret } from '../state-dir.ts'
import { haproxyConfig, knotConfig, namedConfig, zoneFile } from './configs.ts'
import { launch } from './launch.ts'
import { runsApp } from './layout.ts'
import { TARGET, unitsOf } from './units.ts'

const APP = fileURLToPath(new URL('../../hosted/app.mjs', import.meta.url))
const NODE = realpathSync(process.execPath)
const INIT = '/lib/systemd/systemd'

/** Source name of all mounts of this site, by which `down` and people recognise them. */
export const mountName = (prefix: string): string => `countersign-${prefix}`

export async function mountHosts(paths: Paths, prefix: string): Promise<void> {
  mkdirSync(paths.tmpfs, { recursive: true })
  await must('mount', ['-t', 'tmpfs', '-o', 'size=2g,mode=0700', mountName(prefix), paths.tmpfs])
}

/** Returns the host's line for known_hosts. */
export async function buildHost(paths: Paths, prefix: string, host: Host): Promise<string> {
  const root = join(paths.tmpfs, host.name, 'root')
  // the root folder of the overlay takes its mode from "up": without 0755 only root could use the host
  for (const part of ['', 'up', 'work', 'root'])
    mkdirSync(join(paths.tmpfs, host.name, part), { mode: 0o755 })
  chmodSync(join(paths.tmpfs, host.name, 'up'), 0o755)
  const layers = `lowerdir=/,upperdir=${host.name}/up,workdir=${host.name}/work`
  // relative paths: a comma or colon in the state folder's name cannot be taken for an option
  const mount = ['-t', 'overlay', '-o', layers, mountName(prefix), `${host.name}/root`]
  await must('mount', mount, { cwd: paths.tmpfs })
  if (!existsSync(root + INIT)) {
    throw new SiteFault(`${INIT} is not on the root file system`, {
      hint: 'the real site needs / and /usr on one',
    })
  }
  return await furnish(paths, host, root)
}

async function furnish(paths: Paths, host: Host, root: string): Promise<string> {
  const etc = join(root, 'etc/countersign')
  for (const folder of ['etc/countersign', 'etc/systemd/system', 'var/lib/countersign/zones']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'etc/hostname'), `${host.name}\n`)
  writeFileSync(join(root, 'etc/machine-id'), '')
  hidePasswords(root)
  const hostKey = join(etc, 'hostkey')
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', host.name, '-f', hostKey])
  copyFileSync(`${paths.sshKey}.pub`, join(etc, 'authorized_keys'))
  for (const [name, text] of Object.entries(unitsOf(host, NODE))) {
    writeFileSync(join(root, 'etc/systemd/system', name), text)
  }
  if (runsApp(host)) placeApp(root)
  if (host.service === 'haproxy') writeFileSync(join(etc, 'haproxy.cfg'), haproxyConfig())
  if (host.service === 'knot') writeFileSync(join(etc, 'knot.conf'), knotConfig())
  if (host.service === 'named') {
    writeFileSync(join(etc, 'named.conf'), namedConfig())
    writeFileSync(join(root, 'var/lib/countersign/zone'), zoneFile())
    writeSecret(join(etc, 'tsig.key'), readFileSync(paths.tsig, 'utf8'))
  }
  const [kind, key] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ')
  return `${host.address} ${kind} ${key}\n`
}

function placeApp(root: string): void {
  const release = join(root, 'srv/app/releases/v1')
  mkdirSync(release, { recursive: true })
  copyFileSync(APP, join(release, 'app.mjs'))
  writeFileSync(join(release, 'env'), 'VERSION=v1\n')
  symlinkSync('releases/v1', join(root, 'srv/app/current'))
}

/** The machine's password hashes stay out of its hosts; `*` also keeps sshd from taking root for a locked account. */
function hidePasswords(root: string): void {
  const file = join(root, 'etc/shadow')
  if (!existsSync(file)) return
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^([^:\n]+):[^:\n]*/gm, '$1:*'))
}

export function bootHost(paths: Paths, prefix: string, host: Host): void {
  const root = join(paths.tmpfs, host.name, 'root')
  const node = existsSync(root + NODE) ? [] : [`--bind-ro=${NODE}`]
  launch(paths, host.name, `${prefix}-${host.name}`, [
    'systemd-nspawn',
    '--quiet',
    `--directory=${root}`,
    '--register=no',
    '--keep-unit',
    '--link-journal=no',
    '--capability=CAP_NET_ADMIN',
    `--network-namespace-path=/run/netns/${prefix}-${host.name}`,
    `--machine=${host.name}`,
    '--console=pipe',
    '--kill-signal=SIGRTMIN+3',
    ...node,
    INIT,
    '--system',
    `--unit=${TARGET}`,
  ])
}
