/** Runs a command on a host of the real site, from the product's seat, with the key and host keys that `up` made. */
import type { RealSite } from './described.ts'
import { SiteFault } from './fault-of-site.ts'
import { type Ran, run } from './run.ts'

/** Arguments for `ssh` up to and including the host; usable only inside the site's control namespace. */
export function sshArgs(site: RealSite, hostName: string): string[] {
  const host = site.hosts.find(({ name }) => name === hostName)
  if (!host) {
    throw new SiteFault(`no host "${hostName}"`, {
      hint: `hosts: ${site.hosts.map(({ name }) => name).join(', ')}`,
    })
  }
  const options = [
    `UserKnownHostsFile="${site.ssh.knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'ConnectTimeout=3',
    'LogLevel=ERROR',
  ]
  const flags = options.flatMap((option) => ['-o', option])
  return [
    '-F',
    'none',
    '-i',
    site.ssh.key,
    '-p',
    String(site.ssh.port),
    ...flags,
    `${site.ssh.user}@${host.address}`,
  ]
}

export function ssh(site: RealSite, hostName: string, command: string, timeoutMs = 20_000): Promise<Ran> {
  const args = ['netns', 'exec', site.namespace, 'ssh', ...sshArgs(site, hostName), command]
  return run('ip', args, { timeoutMs })
}
