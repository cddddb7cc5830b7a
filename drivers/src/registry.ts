/** Which drivers there are. A driver's code is loaded when its first step comes; manifests come with it. */
import { type ActionManifest, BadStep, type Driver } from './driver.ts'

const LOADERS: Record<string, () => Promise<Driver>> = {
  systemd: async () => (await import('./systemd/systemd.ts')).systemdDriver,
  dns: async () => (await import('./dns/dns.ts')).dnsDriver,
  keeper: async () => (await import('./keeper/keeper.ts')).keeperDriver,
}

/** Throws `BadStep` for a driver that does not exist. */
export async function findDriver(name: string): Promise<Driver> {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined
  if (!load) throw new BadStep(`there is no driver "${name}"`, `there are ${Object.keys(LOADERS).join(', ')}`)
  return await load()
}

/** The named drivers by name; all there are where none is named. Throws `BadStep` for one that does not exist. */
export async function loadDrivers(names: string[] = Object.keys(LOADERS)): Promise<Record<string, Driver>> {
  const drivers = await Promise.all([...new Set(names)].map(findDriver))
  return Object.fromEntries(drivers.map((driver) => [driver.name, driver]))
}

/** Reads `<driver>.<action>`, as runbooks write it. Throws `BadStep` where either does not exist. */
export async function findAction(
  uses: string,
): Promise<{ driver: Driver; action: string; manifest: ActionManifest }> {
  const [, name = '', action = ''] = /^([a-z0-9-]+)\.([a-z0-9-]+)$/.exec(uses) ?? []
  const driver = await findDriver(name)
  const manifest = Object.hasOwn(driver.actions, action) ? driver.actions[action] : undefined
  if (!manifest)
    throw new BadStep(
      `driver "${name}" has no action "${action}"`,
      `use ${Object.keys(driver.actions).join(', ')}`,
    )
  return { driver, action, manifest }
}

export async function actionManifest(uses: string): Promise<ActionManifest> {
  return (await findAction(uses)).manifest
}

/** Every `<driver>.<action>` with its manifest, sorted. */
export async function knownActions(): Promise<Record<string, ActionManifest>> {
  const drivers = Object.values(await loadDrivers())
  const entries = drivers.flatMap(({ name, actions }) =>
    Object.entries(actions).map(([action, manifest]) => [`${name}.${action}`, manifest] as const),
  )
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
