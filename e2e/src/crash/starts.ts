/** Counts at the target how often its service was started by an order from outside: the effect of a restart. */
import type { BareSite, RealSite } from '@countersign/site/site'
import { ssh } from '@countersign/site/ssh'

export type Tally = { moment: number; byItself: number }

/** The keeper numbers every change of a service's life, and counts the restarts that it made by itself. */
export async function tallyAt({ keeper }: BareSite, service: string): Promise<Tally> {
  const reply = await fetch(`${keeper.url}/services/${service}`, { signal: AbortSignal.timeout(5_000) })
  const moment = Number(/(\d+)"$/.exec(reply.headers.get('etag') ?? '')?.[1])
  const { restarts } = (await reply.json()) as { restarts: number }
  return { moment, byItself: restarts }
}

/**
 * Between two looks at a running service that failed once in between: every end and every start by the keeper itself is
 * a change, failing is one more, and each order adds two (it stops, it starts).
 */
export function ordersBetween(before: Tally, after: Tally): number {
  const byItself = after.byItself - before.byItself
  return (after.moment - before.moment - (2 * byItself + 2)) / 2
}

/** Counts one failure and what is done about it. */
export type Count = {
  /** Right after the service has failed. */
  failed(): Promise<void>
  orders(): Promise<number>
}

export async function countAt(site: BareSite | RealSite, host: string): Promise<Count> {
  if (site.kind === 'real') return countAtUnit(site, host)
  const before = await tallyAt(site, host)
  return {
    failed: async () => {},
    orders: async () => ordersBetween(before, await tallyAt(site, host)),
  }
}

const STARTS = '/run/countersign-starts'

/** systemd itself notes each start of the unit; after it has failed, only an order starts it. */
async function countAtUnit(site: RealSite, host: string): Promise<Count> {
  const unit = site.hosts.find(({ name }) => name === host)?.unit ?? ''
  const folder = `/run/systemd/system/${unit}.d`
  const text = `[Service]\\nExecStartPost=/bin/sh -c "echo started >> ${STARTS}"\\n`
  await on(
    site,
    host,
    `mkdir -p ${folder} && printf '${text}' > ${folder}/count.conf && systemctl daemon-reload`,
  )
  const starts = async () => Number(await on(site, host, `touch ${STARTS}; wc -l < ${STARTS}`))
  let atFailure = 0
  return {
    failed: async () => {
      atFailure = await starts()
    },
    orders: async () => (await starts()) - atFailure,
  }
}

async function on(site: RealSite, host: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await ssh(site, host, command)
  if (code !== 0) throw new Error(`${host}: ${stderr.trim()}`)
  return stdout.trim()
}
