/** Refuses connection poolers in transaction mode: under them a session's locks and settings belong to someone else. */
import type pg from 'pg'
import { openSession } from './pool.ts'

const MARK = 'countersign.proxy_check'

/**
 * Throws with what to do if statements of one session reach different server processes, or if what one session set
 * shows in another. Two sessions hold the whole test, so that a pooler has to mix them up.
 */
export async function refuseTransactionPooling(pool: pg.Pool): Promise<void> {
  const sessions = await Promise.all([openSession(pool), openSession(pool)])
  try {
    const seen: string[][] = [[], []]
    for (let round = 0; round < 5; round++)
      for (const [i, session] of sessions.entries()) {
        const { rows } = await session.query<{ pid: number; mark: string | null }>(
          `select pg_backend_pid() as pid, current_setting('${MARK}', true) as mark`,
        )
        seen[i]?.push(String(rows[0]?.pid), round === 0 ? '' : (rows[0]?.mark ?? ''))
        if (round === 0) await session.query(`select set_config('${MARK}', $1, false)`, [`s${i}`])
      }
    const steady = seen.every((list, i) => {
      const pids = new Set(list.filter((_, at) => at % 2 === 0))
      return pids.size === 1 && list.slice(2).every((mark, at) => at % 2 === 0 || mark === `s${i}`)
    })
    if (!steady || seen[0]?.[0] === seen[1]?.[0])
      throw new Error(
        'the database is reached through a proxy that pools transactions; give DATABASE_URL the server itself, or a proxy in session mode',
      )
  } finally {
    await Promise.all(sessions.map((session) => session.end().catch(() => {})))
  }
}
