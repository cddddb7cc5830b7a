/** What "the bare site is up" means: the keeper says that each service runs, and the service itself says that it is well. */
import type { BareSite, Check } from '../described.ts'
import { messageOf } from '../fault-of-site.ts'
import { servicesAt } from '../keeper/ask.ts'

export async function lookAtBare(site: BareSite): Promise<Check[]> {
  const known = await servicesAt(site.keeper.url).catch(messageOf)
  const checks = await Promise.all(
    site.services.map(async ({ name, url, health }) => {
      const kept = typeof known === 'string' ? undefined : known.find((one) => one.name === name)
      const status = await statusOf(`${url}${health}`)
      const ok = kept?.state === 'running' && kept.pid !== null && status === '200'
      return {
        what: `${name} runs at ${url}`,
        ok,
        said: ok ? 'yes' : `${kept?.state ?? 'unknown'}, health ${status}`,
      }
    }),
  )
  const answers = typeof known !== 'string'
  return [
    { what: `keeper answers at ${site.keeper.url}`, ok: answers, said: answers ? 'yes' : known },
    ...checks,
  ]
}

async function statusOf(url: string): Promise<string> {
  try {
    return String((await fetch(url, { signal: AbortSignal.timeout(1000) })).status)
  } catch {
    return 'no answer'
  }
}
