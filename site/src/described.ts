/** The shape of `site.json`: what `up` writes when the site answers, and what every other part reads. Paths are absolute. */

export type Host = {
  name: string
  address: string
  roles: string[]
  /** the systemd unit this host is there for, e.g. `app.service` */
  unit: string
  /** the name of that service in alerts, e.g. `app` */
  service: string
}

export type NameServer = { name: string; address: string; port: number }

export type RealSite = {
  v: 1
  kind: 'real'
  dir: string
  /** every namespace, cgroup and mount of this site begins with it */
  prefix: string
  /** network namespace of the product's seat: run there what must reach the hosts */
  namespace: string
  seatAddress: string
  network: string
  hosts: Host[]
  ssh: { user: string; port: number; key: string; knownHosts: string }
  app: { unit: string; port: number; health: string; work: string; hosts: string[] }
  loadBalancer: { name: string; address: string; url: string; backend: string; socket: string }
  dns: {
    zone: string
    ttl: number
    primary: NameServer
    secondaries: NameServer[]
    tsigKeyFile: string
    tsigKeyName: string
  }
  prometheus: string
  alertmanager: string
  /** bearer token that Alertmanager sends; read anew for every webhook, so it may be overwritten */
  alertmanagerTokenFile: string
  webhook: string
}

export type BareService = { name: string; url: string; health: string; log: string }

export type BareSite = {
  v: 1
  kind: 'bare'
  dir: string
  keeper: { url: string; pid: number }
  services: BareService[]
}

export type Site = RealSite | BareSite

export type Check = { what: string; ok: boolean; said: string }

export type Status = {
  kind: 'real' | 'bare' | 'none'
  /** `up`: every check holds; `broken`: some do not; `down`: nothing is running */
  state: 'up' | 'broken' | 'down'
  dir: string
  checks: Check[]
}
