/** Brings the real site up and waits until it answers, each step timed. Nothing is made before it is recorded how to undo it. */

import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RealSite } from '../described.ts'
import { SiteFault } from '../fault-of-site.ts'
import { must } from '../run.ts'
import { openSeat } from '../seat.ts'
import { type Begun, type Paths, pathsIn, randomToken, writeJson, writeSecret } from '../state-dir.ts'
import { probesOf, waitFor } from './check.ts'
import { tsigKey } from './configs.ts'
import { leftovers } from './down.ts'
import { bootHost, buildHost, mountHosts } from './host.ts'
import { launch } from './launch.ts'
import { describeReal, HOSTS } from './layout.ts'
import { alertmanagerConfig, monitoringCommands, prometheusConfig, rulesFile } from './monitoring.ts'
import { hasNamespaceFolder, makeNetwork } from './network.ts'

/** Tells one line of progress. */
export type Say = (line: string) => void

export async function upReal(dir: string, prefix: string, say: Say): Promise<RealSite> {
  const paths = pathsIn(dir)
  const foreign = leftovers(paths, prefix)
  if (foreign.length > 0) {
    throw new SiteFault(`another site uses the prefix "${prefix}": ${foreign.slice(0, 3).join('; ')}`, {
      hint: 'take it down with its own COUNTERSIGN_SITE_DIR, or choose another COUNTERSIGN_SITE_PREFIX',
    })
  }
  const begun: Begun = { kind: 'real', prefix, madeNamespaceFolder: !hasNamespaceFolder() }
  writeJson(paths.begun, begun)
  const site = describeReal(dir, prefix)
  process.umask(0o022)
  await makeKeys(paths)
  await makeNetwork(prefix)
  startMonitoring(site, paths)
  await mountHosts(paths, prefix)
  const known = await Promise.all(HOSTS.map((host) => buildHost(paths, prefix, host)))
  writeFileSync(paths.knownHosts, known.join(''))
  for (const host of HOSTS) bootHost(paths, prefix, host)
  say('namespaces, file systems and monitoring are made')
  await waitForAll(site, say)
  writeJson(paths.site, site)
  return site
}

async function makeKeys(paths: Paths): Promise<void> {
  chmodSync(paths.dir, 0o700)
  for (const folder of [paths.ssh, paths.logs, paths.prometheus, paths.alertmanager])
    mkdirSync(folder, { recursive: true })
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'countersign-site', '-f', paths.sshKey])
  writeSecret(paths.tsig, tsigKey(randomBytes(32).toString('base64')))
  writeSecret(paths.token, randomToken())
}

function startMonitoring(site: RealSite, paths: Paths): void {
  const rules = join(paths.prometheus, 'rules.yml')
  writeFileSync(rules, rulesFile())
  writeFileSync(join(paths.prometheus, 'prometheus.yml'), prometheusConfig(site, rules))
  writeFileSync(join(paths.alertmanager, 'alertmanager.yml'), alertmanagerConfig(site))
  const commands = monitoringCommands(site, paths)
  for (const name of ['prometheus', 'alertmanager'] as const) {
    launch(paths, name, `${site.prefix}-ctl`, ['ip', 'netns', 'exec', site.namespace, ...commands[name]])
  }
}

async function waitForAll(site: RealSite, say: Say): Promise<void> {
  const seat = openSeat(site.namespace)
  try {
    const probes = probesOf(site, seat)
    const isHost = (what: string) => site.hosts.some((host) => what === `${host.name} runs ${host.unit}`)
    await Promise.all(probes.filter(({ what }) => isHost(what)).map(waitFor))
    say(`${site.hosts.length} hosts run and answer over ssh`)
    for (const probe of probes.filter(({ what }) => !isHost(what))) {
      await waitFor(probe)
      say(probe.what)
    }
  } finally {
    seat.close()
  }
}
