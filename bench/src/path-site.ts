/** The files of the measured site: as many services as there are signals, one target each, one evidence group. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ZEROS = `sha256:${'0'.repeat(64)}`

export function writeSite(dir: string, port: number, keeper: string, names: readonly string[]): void {
  const files: Record<string, string> = {
    'countersign.yaml': `version: 1
name: bench.test
listen: { host: 127.0.0.1, port: ${port} }
database: { dataDir: data }
trust: { folder: trust }
keys: { grant: keys/grant.key, log: keys/log.key }
policy: policies/default.yaml
runbooks: [runbooks]
catalogue: [catalogue]
people: people.yaml
sources:
  - { id: keeper, kind: keeper, url: '${keeper}', group: keeper, timeout: 3s }
signals: {}
log: { name: bench.test }
`,
    'catalogue/bench.yaml': `version: 1
services:
${names
  .map(
    (name) => `  - id: ${name}
    says: A service that is measured.
    owner: nobody
    environment: production
    criticality: normal
    customers: some
    data: { regulated: 'no', customer: 'no' }
    floor: 0
    targets:
      - { id: ${name}-1, address: 127.0.0.1, region: main, match: { host: ${name} } }`,
  )
  .join('\n')}
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
${names
  .map(
    (name) => `  - id: ${name}-1
    service: ${name}
    region: main
    address: 127.0.0.1
    driver: keeper
    settings: { url: '${keeper}', service: ${name} }`,
  )
  .join('\n')}
unsigned: []
signed: { one: [service.restart] }
`,
    'bench-runbooks/bench-restart.yaml': `version: 1
runbook: bench-restart
says: Restarts one measured service after a person agreed to it.
kind: service.restart
area: service
owners: { system: nobody, control: sre }
reviewEvery: 90d
parameters:
  target: { type: target, says: The service that is down. }
triggers:
${names.map((name) => `  - { alert: Down-${name}, labels: { host: ${name} }, with: { target: '\${target}' } }`).join('\n')}
evidence:
  - id: keeper-gave-up
    says: The keeper says that the service has failed.
    source: keeper
    query: s0
    expect: == -1
    whenNot: against
    freshFor: 60s
preconditions:
  - { id: service-is-failed, says: The runner itself sees it as failed., step: restart, field: state, equals: [failed] }
steps:
  - { id: restart, uses: keeper.restart, target: '\${target}', with: {} }
health:
  window: 60s
  interval: 1s
  samples: 1
  checks:
    - { id: keeper-answers, says: The keeper answers., source: keeper, query: s1, expect: == -1, whenNot: unknown, freshFor: 30s }
  ifNotBetter: escalate
breaker: { attempts: 3, within: 1h, cooldown: 1h }
planFor: 15m
`,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
}
