/** What "the real site is up" means: each check waits for one exact state, or looks once when its limit is 0. */
import type { Check, Host, RealSite } from '../described.ts'
import { messageOf } from '../fault-of-site.ts'
import { isAlive, readPids } from '../pid-record.ts'
import type { Seat } from '../seat.ts'
import { ssh } from '../ssh.ts'
import { pathsIn } from '../state-dir.ts'
import { type Seen, until } from '../wait.ts'
import { TARGETS } from './layout.ts'

export type Probe = { what: string; limitMs: number; look: () => Promise<Seen> }

export function probesOf(site: RealSite, seat: Seat): Probe[] {
  return [
    { what: 'processes of the site run', limitMs: 1000, look: async () => processesRun(site) },
    ...site.hosts.map((host) => ({
      what: `${host.name} runs ${host.unit}`,
      limitMs: 30_000,
      look: () => unitRuns(site, host),
    })),
    { what: 'site answers through the load balancer', limitMs: 15_000, look: () => siteAnswers(site, seat) },
    { what: 'secondary serves the zone', limitMs: 15_000, look: () => secondaryServes(site, seat) },
    { what: `all ${TARGETS} scrape targets are up`, limitMs: 30_000, look: () => targetsUp(site, seat) },
    { what: 'no alert is firing', limitMs: 30_000, look: () => noAlerts(site, seat) },
  ]
}

/** Waits for one probe; returns the milliseconds it took. */
export const waitFor = (probe: Probe): Promise<number> => until(probe.what, probe.limitMs, probe.look, 100)

/** Looks at everything once, at the same time. */
export async function lookOnce(site: RealSite, seat: Seat): Promise<Check[]> {
  return await Promise.all(
    probesOf(site, seat).map(async ({ what, look }) => {
      const seen = await look().catch(messageOf)
      return { what, ok: seen === true, said: seen === true ? 'yes' : seen }
    }),
  )
}

function processesRun(site: RealSite): Seen {
  const records = readPids(pathsIn(site.dir).pids)
  const names = [...site.hosts.map(({ name }) => name), 'prometheus', 'alertmanager']
  const gone = names.filter((name) => !records.some((record) => record.name === name && isAlive(record)))
  return gone.length === 0 ? true : `ended: ${gone.join(', ')}`
}

async function unitRuns(site: RealSite, host: Host): Promise<Seen> {
  const ran = await ssh(
    site,
    host.name,
    `systemctl is-system-running; systemctl is-active ${host.unit}`,
    6000,
  )
  const said = ran.stdout.trim().split('\n').join(', ')
  return said === 'running, active' ? true : said || ran.stderr.trim() || 'no answer'
}

async function siteAnswers(site: RealSite, seat: Seat): Promise<Seen> {
  const { status, body } = await seat.get(`${site.loadBalancer.url}${site.app.work}`)
  return status === 200 ? true : `${status} ${body.trim()}`
}

async function secondaryServes(site: RealSite, seat: Seat): Promise<Seen> {
  const { zone, primary, secondaries } = site.dns
  const serials = await Promise.all(
    [primary, ...secondaries].map((server) => serialAt(seat, server.address, zone)),
  )
  const www = await Promise.all(secondaries.map((server) => seat.resolve(server.address, `www.${zone}`, 'A')))
  if (www.some((records) => records.length === 0)) return `no www.${zone}`
  return new Set(serials).size === 1 ? true : `serials ${serials.join(', ')}`
}

async function serialAt(seat: Seat, server: string, zone: string): Promise<number> {
  const soa = (await seat.resolve(server, zone, 'SOA')) as unknown as { serial: number }
  return soa.serial
}

async function targetsUp(site: RealSite, seat: Seat): Promise<Seen> {
  const { body } = await seat.get(`${site.prometheus}/api/v1/query?query=sum(up)`)
  const reply = JSON.parse(body) as { data: { result: { value: [number, string] }[] } }
  const up = reply.data.result[0]?.value[1] ?? '0'
  return up === String(TARGETS) ? true : `${up} up`
}

async function noAlerts(site: RealSite, seat: Seat): Promise<Seen> {
  const { body } = await seat.get(`${site.alertmanager}/api/v2/alerts?active=true`)
  const alerts = JSON.parse(body) as { labels: Record<string, string> }[]
  return alerts.length === 0
    ? true
    : alerts.map(({ labels }) => `${labels['alertname']} ${labels['host']}`).join(', ')
}
