/**
 * Connections to the database. A connection that dies never ends the process; with several hosts in the URL, new
 * connections go to the one that takes writes. Counts and times (int8) come back as safe integers.
 */
import pg from 'pg'
import { type PrimaryWatch, readHosts, watchPrimary } from './primary.ts'

export type PoolOptions = {
  max?: number
  /** A statement that takes longer is cancelled; 0: never. */
  statementTimeoutMs?: number
  /**
   * A database that is silent for longer counts as away, and its connection is given up: one that is frozen cannot
   * cancel anything by itself, and nobody shall wait for it without end.
   */
  answerWithinMs?: number
  /** Shown by PostgreSQL beside each session. */
  name?: string
}

/**
 * How soon either side notices that the other vanished from the network: about 20 s. Sessions of a vanished replica
 * hold advisory locks until then.
 */
const KEEPALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3'
/** Named statements are planned once per session; planning anew each time costs more than running them. */
const PLANS = '-c plan_cache_mode=force_generic_plan'
const CONNECT_TIMEOUT_MS = 2_000
const ANSWER_WITHIN_MS = 5_000

/** Opens lazily: an unreachable database shows on the first use. `url` may name several hosts. */
export function openPool(url: string, options: PoolOptions = {}): pg.Pool {
  const config = configOf(url, options)
  const { hosts } = readHosts(url)
  if (hosts.length < 2) return withQuietErrors(new pg.Pool({ ...config, Client: pg.Client }))
  const watch = watchPrimary(hosts, config)
  const pool = withQuietErrors(new pg.Pool({ ...config, Client: following(watch) }))
  const end = pool.end.bind(pool) as () => Promise<void>
  pool.end = (() => {
    watch.stop()
    return end()
  }) as typeof pool.end
  return pool
}

function configOf(url: string, options: PoolOptions): pg.PoolConfig {
  const { max = 16, statementTimeoutMs = 30_000, answerWithinMs = ANSWER_WITHIN_MS } = options
  return {
    ...addressOf(readHosts(url).single),
    max,
    application_name: options.name ?? 'countersign',
    statement_timeout: statementTimeoutMs,
    query_timeout: answerWithinMs,
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: `${KEEPALIVE} ${PLANS}`,
    pipeline: true,
    types: { getTypeParser },
  }
}

/** `pg` itself reads the URL; as single settings a host can be put in its place later. */
function addressOf(connectionString: string): pg.PoolConfig {
  const { host, port, user, password, database, ssl } = new pg.Client({ connectionString })
  const address: pg.PoolConfig = { host, port, ssl }
  if (user !== undefined) address.user = user
  if (database !== undefined) address.database = database
  if (typeof password === 'string') address.password = password
  return address
}

function following(watch: PrimaryWatch): typeof pg.Client {
  return class extends pg.Client {
    constructor(config: pg.ClientConfig) {
      // The pool hides its password from spreading.
      const { password } = config
      super({ ...config, ...(password === undefined ? {} : { password }), ...watch.current() })
    }
  } as typeof pg.Client
}

function withQuietErrors(pool: pg.Pool): pg.Pool {
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

const INT8 = 20

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === INT8 && format !== 'binary'
    ? safeInteger
    : (pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown)
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a safe integer, got ${text}`)
  return value
}

type PoolInside = { Client: typeof pg.Client; options: pg.PoolConfig }

/** A connection of one's own, outside the pool, to the same database: for locks that last as long as the session. */
export async function openSession(pool: pg.Pool): Promise<pg.Client> {
  const { Client, options } = pool as unknown as PoolInside
  const { password } = options
  const own = {
    ...options,
    ...(password === undefined ? {} : { password }),
    statement_timeout: 0,
    query_timeout: 0,
  }
  const client = new Client(own as pg.ClientConfig)
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A second pool to the same database with other limits; its int8 stay text, as other libraries expect. */
export function openPlainPool(pool: pg.Pool, max: number): pg.Pool {
  const { Client, options } = pool as unknown as PoolInside
  const { password } = options
  const { types: _types, ...rest } = options
  const own = { options: KEEPALIVE, max, pipeline: false, query_timeout: 0, Client }
  const config = { ...rest, ...(password === undefined ? {} : { password }), ...own }
  return withQuietErrors(new pg.Pool(config))
}
