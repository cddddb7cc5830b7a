/** Who is who in the real site: hosts, addresses, zone. Addresses exist only inside namespaces that `up` makes. */
import type { Host, RealSite } from '../described.ts'
import { pathsIn } from '../state-dir.ts'

export const HOSTS: Host[] = [
  {
    name: 'lb1',
    address: '10.78.0.14',
    roles: ['load-balancer'],
    unit: 'haproxy.service',
    service: 'haproxy',
  },
  { name: 'web1', address: '10.78.0.11', roles: ['web'], unit: 'app.service', service: 'app' },
  { name: 'web2', address: '10.78.0.12', roles: ['web'], unit: 'app.service', service: 'app' },
  { name: 'db1', address: '10.78.0.13', roles: ['db'], unit: 'app.service', service: 'app' },
  { name: 'ns1', address: '10.78.0.21', roles: ['dns-primary'], unit: 'named.service', service: 'named' },
  { name: 'ns2', address: '10.78.0.22', roles: ['dns-secondary'], unit: 'knot.service', service: 'knot' },
]
export const SEAT = '10.78.0.10'
export const NETWORK = '10.78.0.0/24'
export const ZONE = 'shop.test'
export const TTL = 60
export const TSIG_NAME = 'countersign-site'
export const APP_PORT = 8080
export const WEBHOOK = 'http://127.0.0.1:7443/v1/signals/alertmanager'

/** Debian packages that the real site runs; `scripts/packages.mjs` installs what is missing. */
export const PACKAGES = [
  'prometheus',
  'prometheus-alertmanager',
  'prometheus-node-exporter',
  'haproxy',
  'bind9',
  'bind9-dnsutils',
  'knot',
  'openssh-server',
  'openssh-client',
  'systemd',
  'systemd-container',
  'dbus',
  'iproute2',
]

/** Node exporters, apps and the load balancer: every scrape target that must be up. */
export const TARGETS = HOSTS.length + HOSTS.filter(runsApp).length + 1

export function runsApp(host: Host): boolean {
  return host.service === 'app'
}

export function hostCalled(name: string): Host | undefined {
  return HOSTS.find((host) => host.name === name)
}

export function describeReal(dir: string, prefix: string): RealSite {
  const paths = pathsIn(dir)
  const server = (name: string) => ({ name, address: hostCalled(name)?.address ?? '', port: 53 })
  return {
    v: 1,
    kind: 'real',
    dir,
    prefix,
    namespace: `${prefix}-ctl`,
    seatAddress: SEAT,
    network: NETWORK,
    hosts: HOSTS,
    ssh: { user: 'root', port: 22, key: paths.sshKey, knownHosts: paths.knownHosts },
    app: {
      unit: 'app.service',
      port: APP_PORT,
      health: '/healthz',
      work: '/work',
      hosts: HOSTS.filter(runsApp).map((host) => host.name),
    },
    loadBalancer: {
      name: 'lb1',
      address: '10.78.0.14',
      url: 'http://10.78.0.14',
      backend: 'app',
      socket: '/run/haproxy.sock',
    },
    dns: {
      zone: ZONE,
      ttl: TTL,
      primary: server('ns1'),
      secondaries: [server('ns2')],
      tsigKeyFile: paths.tsig,
      tsigKeyName: TSIG_NAME,
    },
    prometheus: 'http://127.0.0.1:9090',
    alertmanager: 'http://127.0.0.1:9093',
    alertmanagerTokenFile: paths.token,
    webhook: WEBHOOK,
  }
}
