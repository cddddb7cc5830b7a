/**
 * One commit: state, trail, read models and next work together, or nothing. Conflicts are tried again a few times;
 * a database that cannot be reached is an error of its own, so that callers can say "later" instead of "failed".
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** Thrown to have the whole transaction run again with fresh reads. */
export class Conflict extends Error {
  override name = 'Conflict'
}

/**
 * The database could not be reached. `outcome` is `unknown` where the connection broke during the commit: it may
 * have happened, so the caller looks before doing it again.
 */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway'
  readonly outcome: 'not-done' | 'unknown'
  constructor(outcome: 'not-done' | 'unknown', cause: unknown) {
    super(`the database is away: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.outcome = outcome
  }
}

const ATTEMPTS = 8

/**
 * Runs `fn` in a transaction (read committed) and commits. Runs it again after a Conflict, a serialization failure or
 * a deadlock, so `fn` must have no effect outside `tx`. Throws DatabaseAway, or what `fn` threw.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  fn: (tx: pg.PoolClient) => Promise<T>,
  attempts = ATTEMPTS,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, fn)
    } catch (error) {
      if (attempt >= attempts || !isConflict(error)) throw error
      await sleep(Math.random() * Math.min(4 * 2 ** attempt, 200))
    }
  }
}

async function once<T>(pool: pg.Pool, fn: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await connect(pool)
  // Not awaited: it travels with the first statement. A failure shows on that statement as well.
  const begun = tx.query('begin')
  begun.catch(() => {})
  let result: T
  try {
    result = await fn(tx)
    await begun
  } catch (error) {
    const broken = isAway(error)
    const undone = await tx.query('rollback').then(
      () => true,
      () => false,
    )
    tx.release(broken || !undone)
    throw broken ? new DatabaseAway('not-done', error) : error
  }
  try {
    const { command } = await tx.query('commit')
    tx.release()
    if (command !== 'COMMIT')
      throw new Error('nothing was committed: a statement failed and its error was ignored')
    return result
  } catch (error) {
    if (!isAway(error)) {
      if (error instanceof Error && 'code' in error) tx.release()
      throw error
    }
    tx.release(true)
    throw new DatabaseAway('unknown', error)
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw isAway(error) ? new DatabaseAway('not-done', error) : error
  }
}

/** Runs one statement that changes nothing or is whole by itself. Throws DatabaseAway like `inTransaction`. */
export async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isAway(error) ? new DatabaseAway('unknown', error) : error
  }
}

function isConflict(error: unknown): boolean {
  if (error instanceof Conflict) return true
  const { code } = error as { code?: unknown }
  return code === '40001' || code === '40P01'
}

const AWAY_CODES = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOENT',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
  ],
  ...['EAI_AGAIN', 'EACCES'],
  // admin shutdown, crash shutdown, cannot connect now, too many connections, read-only (the old primary)
  ...['57P01', '57P02', '57P03', '53300', '25006'],
])
const AWAY_TEXT =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/

/** Whether the error says that the database cannot be reached, rather than what it answered. */
export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseAway) return true
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && (AWAY_CODES.has(code) || code.startsWith('08'))) return true
  return AWAY_TEXT.test(error.message)
}
