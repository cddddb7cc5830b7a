/** How far numbering is behind recording. A log that is far behind proves nothing about what happens now. */
import type pg from 'pg'

/** Beyond this nothing runs on a machine's word alone. */
export const AUTO_STOPS_BEHIND_MS = 5 * 60_000

/** Age of the oldest entry that waits for its number, in ms; 0 where none waits. */
export async function sequencerLag(tx: pg.ClientBase | pg.Pool, now: number): Promise<number> {
  const { rows } = await tx.query<{ at: number }>('select at from pending order by gid limit 1')
  return rows[0] === undefined ? 0 : Math.max(0, now - Number(rows[0].at))
}

/** Keeps the last look and lets it age, so that a database nobody can reach counts as falling behind. */
export function lagClock(monotonicNow: () => number = () => performance.now()) {
  let behind = 0
  let looked = monotonicNow()
  return {
    saw(behindMs: number): void {
      behind = behindMs
      looked = monotonicNow()
    },
    behindMs(): number {
      const unseen = monotonicNow() - looked
      return Math.round(unseen < 2_000 ? behind : behind + unseen)
    },
  }
}
