/**
 * Follows the primary of a PostgreSQL cluster: asks each host of the URL whether it takes writes, and remembers the
 * one that does. PostgreSQL elects nobody; promotion is the cluster's own affair.
 */
import pg from 'pg'

export type Host = { host: string; port: number }

const PROBE_MS = 250
const PROBE_TIMEOUT_MS = 800

/** Takes `postgres://user@a:5432,b:5433/db` apart: the hosts, and the URL of the first alone. */
export function readHosts(url: string): { hosts: Host[]; single: string } {
  const [, scheme = '', login = '', list = '', rest = ''] =
    /^([a-z]+:\/\/)([^@/]*@)?([^/?]*)(.*)$/s.exec(url) ?? []
  const names = list.split(',').filter((name) => name !== '')
  const hosts = names.map((name) => {
    const [, host = name, port = '5432'] = /^(.*?)(?::(\d+))?$/.exec(name) ?? []
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  })
  // `pg` does not know this libpq parameter; that we follow the writable host is what it asks for.
  const query = rest.replace(/([?&])target_session_attrs=[^&]*&?/, '$1').replace(/[?&]$/, '')
  return { hosts, single: `${scheme}${login}${names[0] ?? ''}${query}` }
}

export type PrimaryWatch = { current(): Host; stop(): void }

/** Probes until stopped. Before the first answer, and while no host takes writes, `current` is the last one known. */
export function watchPrimary(hosts: readonly Host[], config: pg.ClientConfig): PrimaryWatch {
  let current = hosts[0] as Host
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const probe = async () => {
    const order = [current, ...hosts.filter((host) => host !== current)]
    for (const host of order) {
      if (await takesWrites(host, config)) {
        current = host
        break
      }
    }
    if (!stopped) timer = setTimeout(probe, PROBE_MS).unref()
  }
  void probe()
  return {
    current: () => current,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

async function takesWrites(host: Host, config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...config, ...host, connectionTimeoutMillis: PROBE_TIMEOUT_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ away: boolean }>({
      text: 'select pg_is_in_recovery() as away',
      query_timeout: PROBE_TIMEOUT_MS,
    } as pg.QueryConfig)
    return rows[0]?.away === false
  } catch {
    return false
  } finally {
    void client.end().catch(() => {})
  }
}
