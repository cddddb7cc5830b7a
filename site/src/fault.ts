/** Breaks the site for stories, by what breaks real ones: killed processes, sick apps, lost power. Each waits for its effect. */
import type { RealSite, Site } from './described.ts'
import { SiteFault } from './fault-of-site.ts'
import { serviceAt } from './keeper/ask.ts'
import { pidsInGroup } from './real/cgroup.ts'
import { openSeat } from './seat.ts'
import { ssh } from './ssh.ts'
import { until } from './wait.ts'

export type Broken = { host: string; unit: string; state: 'failed'; kills: number; seconds: number }

const TRIES = 100

/** Kills the main process of the host's unit (bare: of the service) until it is `failed` for exceeding its start limit. */
export async function failUnit(site: Site, host: string): Promise<Broken> {
  const start = performance.now()
  const { unit, kills } =
    site.kind === 'real' ? await failReal(site, host) : await failBare(site.keeper.url, host)
  return { host, unit, state: 'failed', kills, seconds: Math.round((performance.now() - start) / 10) / 100 }
}

async function failReal(site: RealSite, host: string): Promise<{ unit: string; kills: number }> {
  const unit = site.hosts.find(({ name }) => name === host)?.unit ?? ''
  const script = `n=0; for i in $(seq ${TRIES}); do
    [ "$(systemctl is-active ${unit})" = failed ] && { echo $n; exit 0; }
    p=$(systemctl show -p MainPID --value ${unit}); [ "$p" -gt 0 ] && kill -9 "$p" && n=$((n+1)); sleep 0.1
  done; systemctl is-active ${unit} >&2; exit 1`
  const ran = await ssh(site, host, script, 30_000)
  if (ran.code !== 0) throw new SiteFault(`${unit} on ${host} did not fail: ${ran.stderr.trim()}`)
  return { unit, kills: Number(ran.stdout) }
}

async function failBare(url: string, name: string): Promise<{ unit: string; kills: number }> {
  let kills = 0
  await until(`${name} is failed`, 20_000, async () => {
    const { state, pid } = await serviceAt(url, name)
    if (state === 'failed') return true
    if (state === 'stopped') throw new SiteFault(`${name} is stopped, only a running service can fail`)
    if (pid !== null && kill(pid)) kills++
    return `${state} after ${kills} kills`
  })
  return { unit: name, kills }
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}

/** The app on this host answers 503 from now on, and its process goes on running. */
export const sicken = (site: Site, host: string): Promise<void> => setHealth(site, host, 'sicken', 503)

export const heal = (site: Site, host: string): Promise<void> => setHealth(site, host, 'heal', 200)

async function setHealth(
  site: Site,
  host: string,
  order: 'sicken' | 'heal',
  expected: number,
): Promise<void> {
  const url = appUrl(site, host)
  const seat = site.kind === 'real' ? openSeat(site.namespace) : undefined
  const status = async (method: string, path: string) => {
    if (seat) return (await (method === 'POST' ? seat.post : seat.get)(`${url}${path}`)).status
    return (await fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(1000) })).status
  }
  try {
    await status('POST', `/${order}`)
    await until(`${host} answers ${expected}`, 5000, async () => {
      const seen = await status('GET', '/healthz')
      return seen === expected ? true : String(seen)
    })
  } finally {
    seat?.close()
  }
}

/** Base URL of the app on a host, reachable from the product's seat (bare: from this machine). */
export function appUrl(site: Site, host: string): string {
  if (site.kind === 'bare') {
    const service = site.services.find(({ name }) => name === host)
    if (service) return service.url
  } else if (site.app.hosts.includes(host)) {
    return `http://${site.hosts.find(({ name }) => name === host)?.address}:${site.app.port}`
  }
  throw new SiteFault(`no app on "${host}"`)
}

/** The host loses power: everything on it is killed at once, nothing is shut down. Only `up` brings it back. */
export async function cutPower(site: RealSite, host: string): Promise<void> {
  if (!site.hosts.some(({ name }) => name === host)) throw new SiteFault(`no host "${host}"`)
  for (const pid of pidsInGroup(`${site.prefix}-${host}`)) kill(pid)
  await until(`${host} is dark`, 5000, async () => {
    const pids = pidsInGroup(`${site.prefix}-${host}`)
    return pids.length === 0 ? true : `${pids.length} processes`
  })
}
