/** Counts at the target how often its service was started by an order from outside: the effect of a restart. */
import type { BareSite } from '@countersign/site/site'

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
