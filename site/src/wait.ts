/** Waits for states, never for times: every loop has a deadline and says what it last saw. */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, SiteFault } from './fault-of-site.ts'

/** What a probe saw: `true` when it is the exact state waited for, otherwise what was there instead. */
export type Seen = true | string

/** Resolves with the milliseconds it took; throws a fault naming what was waited for and what was last seen. */
export async function until(
  what: string,
  limitMs: number,
  probe: () => Promise<Seen>,
  everyMs = 50,
): Promise<number> {
  const start = performance.now()
  let seen: Seen = 'nothing'
  do {
    seen = await probe().catch(messageOf)
    const spent = performance.now() - start
    if (seen === true) return Math.round(spent)
    await sleep(everyMs)
  } while (performance.now() - start < limitMs)
  throw new SiteFault(`${what}: not within ${limitMs / 1000} s, last seen: ${seen}`)
}
