/** Asks a keeper from outside. Shapes are those of `supervise.ts`. */
import { SiteFault } from '../fault-of-site.ts'
import type { ServiceView } from './supervise.ts'

export async function servicesAt(url: string): Promise<ServiceView[]> {
  const reply = await fetch(`${url}/services`, { signal: AbortSignal.timeout(2000) })
  return ((await reply.json()) as { services: ServiceView[] }).services
}

/** Throws a fault for a name the keeper does not have. */
export async function serviceAt(url: string, name: string): Promise<ServiceView> {
  const services = await servicesAt(url)
  const found = services.find((service) => service.name === name)
  if (found) return found
  throw new SiteFault(`no service "${name}"`, {
    hint: `services: ${services.map((one) => one.name).join(', ')}`,
  })
}
