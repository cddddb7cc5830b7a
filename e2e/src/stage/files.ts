/** The files an operator of the sample site would write: catalogue, sources, and what the runner owns. */
import type { BareSite, RealSite } from '@countersign/site/site'

const ZEROS = `sha256:${'0'.repeat(64)}`
export const PORT = 7443

/** Relative path -> text. What is missing here, `countersign init` adds. */
export type Files = Record<string, string>

export function filesOf(site: RealSite | BareSite, port: number): Files {
  return site.kind === 'real' ? real(site, port) : bare(site, port)
}

function config(port: number, sources: string, alertmanager: string): string {
  return `version: 1
name: sample.test
listen: { host: 127.0.0.1, port: ${port} }
database: { dataDir: data }
trust: { folder: trust }
keys: { grant: keys/grant.key, log: keys/log.key }
policy: policies/default.yaml
runbooks: [runbooks]
catalogue: [catalogue]
people: people.yaml
sources:
${sources}
signals: ${alertmanager}
log: { name: sample.test }
`
}

function real(site: RealSite, port: number): Files {
  const { dns, ssh } = site
  const web = site.hosts.filter(({ roles }) => roles.includes('web'))
  const ns = [dns.primary, ...dns.secondaries]
  return {
    'countersign.yaml': config(
      port,
      `  - { id: prometheus, kind: prometheus, url: ${site.prometheus}, group: metrics, timeout: 3s }
  - { id: probe, kind: http-probe, group: probes, timeout: 3s }`,
      `{ alertmanager: { api: ${site.alertmanager} } }`,
    ),
    'catalogue/site.yaml': `version: 1
services:
  - id: web
    says: The web shop that customers use.
    owner: web team
    environment: production
    criticality: normal
    customers: some
    data: { regulated: 'no', customer: 'no' }
    floor: 1
    targets:
${web.map(({ name, address }) => `      - { id: ${name}, address: ${address}, region: main, match: { host: ${name} } }`).join('\n')}
  - id: dns
    says: The names under which customers find the shop.
    owner: dns team
    environment: production
    criticality: high
    customers: all
    data: { regulated: 'no', customer: 'no' }
    floor: 1
    targets:
      - { id: shop, address: ${dns.primary.address}, region: main, match: { zone: ${dns.zone} } }
`,
    'runner/runner.yaml': `version: 1
runner: runner-1
server: { url: http://127.0.0.1:${port}, tokenFile: token }
state: .
holdFile: hold
trust: { genesis: '${ZEROS}', chain: genesis.json }
witnesses: none
clockSkew: 2m
targets:
${web
  .map(
    ({ name, address, unit }) => `  - id: ${name}
    service: web
    region: main
    address: ${address}
    driver: systemd
    settings: { unit: ${unit}, user: ${ssh.user}, keyFile: ${ssh.key}, knownHosts: ${ssh.knownHosts} }`,
  )
  .join('\n')}
  - id: shop
    service: dns
    region: main
    address: ${dns.primary.address}
    driver: dns
    settings:
      zone: ${dns.zone}
      primary: { address: ${dns.primary.address}, port: ${dns.primary.port} }
      secondaries: [${ns
        .slice(1)
        .map(({ address, port: at }) => `{ address: ${address}, port: ${at} }`)
        .join(', ')}]
      tsigKeyFile: ${dns.tsigKeyFile}
unsigned:
  - runbook: restart-service
    digest: '${ZEROS}'
    targets: [${web.map(({ name }) => name).join(', ')}]
    rate: { acts: 20, within: 1h }
    concurrency: 1
    floor: 1
    preconditions: [{ field: active, equals: [failed] }]
signed: { one: [service.restart] }
`,
  }
}

function bare(site: BareSite, port: number): Files {
  const hostOf = (url: string) => new URL(url).host
  return {
    'countersign.yaml': config(
      port,
      `  - { id: keeper, kind: keeper, url: '${site.keeper.url}', group: keeper, timeout: 3s }
  - { id: probe, kind: http-probe, group: probes, timeout: 3s }`,
      `
  probes:
    - id: web-answers
      alert: ServiceDown
      service: web
      source: probe
      query: http://\${target.address}/healthz
      expect: status == 200
      every: 1s
      misses: 2
      severity: major`,
    ),
    'catalogue/site.yaml': `version: 1
services:
  - id: web
    says: The web shop that customers use.
    owner: web team
    environment: production
    criticality: normal
    customers: some
    data: { regulated: 'no', customer: 'no' }
    floor: 1
    targets:
${site.services.map(({ name, url }) => `      - { id: ${name}, address: '${hostOf(url)}', region: main, match: { target: ${name} } }`).join('\n')}
`,
    'runner/runner.yaml': `version: 1
runner: runner-1
server: { url: http://127.0.0.1:${port}, tokenFile: token }
state: .
holdFile: hold
trust: { genesis: '${ZEROS}', chain: genesis.json }
witnesses: none
clockSkew: 2m
targets:
${site.services
  .map(
    ({ name, url }) => `  - id: ${name}
    service: web
    region: main
    address: '${hostOf(url)}'
    driver: keeper
    settings: { url: '${site.keeper.url}', service: ${name} }`,
  )
  .join('\n')}
unsigned:
  - runbook: keeper-restart
    digest: '${ZEROS}'
    targets: [${site.services.map(({ name }) => name).join(', ')}]
    rate: { acts: 20, within: 1h }
    concurrency: 1
    floor: 1
    preconditions: [{ field: state, equals: [failed] }]
signed: { one: [service.restart] }
`,
  }
}
