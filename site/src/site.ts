/** The sample site: brings it up, takes it down, says how it is. Real when this machine can carry it, bare from npm alone. */
import { ensurePackages } from '../../scripts/packages.mjs'
import { lookAtBare } from './bare/check.ts'
import { downBare } from './bare/down.ts'
import { upBare } from './bare/up.ts'
import type { BareSite, RealSite, Site, Status } from './described.ts'
import { messageOf, SiteFault } from './fault-of-site.ts'
import { lookOnce } from './real/check.ts'
import { downReal } from './real/down.ts'
import { PACKAGES } from './real/layout.ts'
import { missingPrograms, whyNotReal } from './real/needs.ts'
import { upReal } from './real/up.ts'
import { openSeat } from './seat.ts'
import { pathsIn, readBegun, readSite, stateDir, withLock } from './state-dir.ts'

export type Options = {
  /** state folder; default `COUNTERSIGN_SITE_DIR`, else `.site` in the repository */
  dir?: string
  /** told each line of progress */
  say?: (line: string) => void
}
export type UpOptions = Options & { kind?: 'real' | 'bare'; prefix?: string }
export type Up<S extends Site = Site> = { site: S; already: boolean; seconds: number }
export type Down = { wasUp: boolean; seconds: number; strangers: number[] }

export type { BareSite, RealSite, Site, Status }
export { readSite, stateDir }

/** One sentence why this machine cannot carry the real site, `undefined` when it can; installs packages it lacks. */
export async function realSiteRefused(): Promise<string | undefined> {
  const refused = await whyNotReal()
  if (refused) return refused
  const { missing } = await ensurePackages(PACKAGES, 'the sample site')
  if (missing.length > 0) return `Debian packages are missing: ${missing.join(', ')}`
  const programs = missingPrograms()
  return programs.length > 0 ? `programs are missing: ${programs.join(', ')}` : undefined
}

/** Idempotent: a site of this kind that is up and healthy stays as it is; a broken or half-made one is built anew. */
export async function up(options: UpOptions & { kind: 'bare' }): Promise<Up<BareSite>>
export async function up(options?: UpOptions & { kind?: 'real' }): Promise<Up<RealSite>>
export async function up(options: UpOptions = {}): Promise<Up> {
  const dir = options.dir ?? stateDir()
  const kind = options.kind ?? 'real'
  const start = performance.now()
  const spent = () => Math.round((performance.now() - start) / 10) / 100
  const say = (line: string) => options.say?.(`${spent().toFixed(2).padStart(6)} s  ${line}`)
  const prefix = prefixFrom(options.prefix ?? process.env['COUNTERSIGN_SITE_PREFIX'] ?? 'cs')
  if (kind === 'real') {
    const refused = await realSiteRefused()
    if (refused)
      throw new SiteFault(refused, { hint: 'npm run site -- up --bare needs neither root nor packages' })
  }
  return await withLock(dir, async () => {
    const standing = await healthySite(dir, kind)
    if (standing) return { site: standing, already: true, seconds: spent() }
    if (readBegun(dir)) {
      say('a site was left here that is not the healthy one asked for: taking it down first')
      await takeDown(dir, false)
    }
    try {
      const site = kind === 'real' ? await upReal(dir, prefix, say) : await upBare(dir, say)
      return { site, already: false, seconds: spent() }
    } catch (fault) {
      await takeDown(dir, true)
      const hint = fault instanceof SiteFault ? fault.hint : undefined
      throw new SiteFault(messageOf(fault), { hint: hint ?? `logs: ${pathsIn(dir).logs}`, cause: fault })
    }
  })
}

/** Ends only what `up` recorded in this folder; does nothing when there is none. Throws a fault when something is left. */
export async function down(options: Options = {}): Promise<Down> {
  const dir = options.dir ?? stateDir()
  const start = performance.now()
  const begun = readBegun(dir)
  const strangers = begun ? await withLock(dir, () => takeDown(dir, false)) : []
  return {
    wasUp: begun !== undefined,
    seconds: Math.round((performance.now() - start) / 10) / 100,
    strangers,
  }
}

/** Looks at everything once; never throws for what it finds. */
export async function status(options: Options = {}): Promise<Status> {
  const dir = options.dir ?? stateDir()
  const begun = readBegun(dir)
  const site = readSite(dir)
  if (!begun) return { kind: 'none', state: 'down', dir, checks: [] }
  if (!site)
    return {
      kind: begun.kind,
      state: 'broken',
      dir,
      checks: [{ what: 'up has ended', ok: false, said: 'no' }],
    }
  const checks = await look(site)
  return { kind: site.kind, state: checks.every(({ ok }) => ok) ? 'up' : 'broken', dir, checks }
}

async function look(site: Site) {
  if (site.kind === 'bare') return await lookAtBare(site)
  const seat = openSeat(site.namespace)
  try {
    return await lookOnce(site, seat)
  } finally {
    seat.close()
  }
}

async function healthySite(dir: string, kind: Site['kind']): Promise<Site | undefined> {
  const site = readSite(dir)
  if (site?.kind !== kind) return undefined
  return (await look(site)).every(({ ok }) => ok) ? site : undefined
}

async function takeDown(dir: string, keepLogs: boolean): Promise<number[]> {
  const begun = readBegun(dir)
  if (!begun) return []
  if (begun.kind === 'real') return await downReal(dir, begun, keepLogs)
  await downBare(dir, keepLogs)
  return []
}

/** Namespace and group names begin with it: short, and nothing a shell or a path could read otherwise. */
export function prefixFrom(text: string): string {
  if (/^[a-z][a-z0-9]{0,7}$/.test(text)) return text
  throw new SiteFault(`the prefix "${text}" is not 1 to 8 lower-case letters and digits`)
}
