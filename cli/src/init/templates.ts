/** The files of a new installation, as an operator would write them: every one passes `countersign check`. */
import type { FirstPerson } from './people.ts'

export function configYaml(name: string, port: number): string {
  return `# The control plane. Every setting has a sentence in docs; \`countersign check\` finds what is wrong.
version: 1
name: ${name}
listen: { host: 127.0.0.1, port: ${port} }
database: { dataDir: data }
trust: { folder: trust }
keys: { grant: keys/grant.key, log: keys/log.key }
policy: policies/default.yaml
runbooks: [runbooks]
catalogue: [catalogue]
people: people.yaml
# What Countersign reads itself as evidence. Sources of one group rest on the same origin and count once.
sources:
  - { id: prometheus, kind: prometheus, url: http://127.0.0.1:9090, group: metrics, timeout: 3s }
  - { id: probe, kind: http-probe, group: probes, timeout: 3s }
signals:
  alertmanager: { api: http://127.0.0.1:9093 }
log: { name: ${name} }
`
}

/** `ladder`: the roles that are asked one after the other; each needs somebody on call. */
export function peopleYaml(people: readonly FirstPerson[], ladder: readonly string[]): string {
  const everybody = people.map(({ id }) => id)
  const onCall = ladder.map((role) => {
    const holders = people.filter(({ roles }) => roles.includes(role)).map(({ id }) => id)
    return `  - { role: ${role}, people: [${(holders.length > 0 ? holders : everybody).join(', ')}] }`
  })
  return `# Names, and who is asked. Keys and rights stand in the trust chain, not here.
version: 1
people:
${people.map(({ id }) => `  - { id: ${id}, name: ${id} }`).join('\n')}
onCall:
${onCall.join('\n')}
`
}

export const EXAMPLE_TARGET = {
  id: 'example-1',
  service: 'example',
  region: 'here',
  address: 'example-1.invalid',
}

export function catalogueYaml(): string {
  const { id, service, region, address } = EXAMPLE_TARGET
  return `# An example: put your own services here. What is left out is unknown, and unknown takes the risky end:
# without an environment nothing runs on this service.
version: 1
services:
  - id: ${service}
    says: An example service, to be replaced by one of yours.
    owner: nobody yet
    # environment: production    # or staging, development
    # criticality: normal        # or low, high
    # customers: some            # or none, one, all
    floor: 0                     # members that must keep serving, whatever runs
    targets:
      - { id: ${id}, address: ${address}, region: ${region}, match: { host: ${id} } }
`
}

export type RunnerFile = {
  id: string
  url: string
  genesis: string
  target: { id: string; service: string; region: string; address: string }
}

export function runnerYaml({ id, url, genesis, target }: RunnerFile): string {
  return `# What this runner owns and may do. Default deny: what is not written here needs people's signatures, and a
# target that is not written here does not exist for it.
version: 1
runner: ${id}
server: { url: ${url}, tokenFile: token }
state: .
holdFile: hold
trust: { genesis: '${genesis}', chain: genesis.json }
witnesses: none
clockSkew: 30s
targets:
  - id: ${target.id}
    service: ${target.service}
    region: ${target.region}
    address: ${target.address}
    driver: systemd
    settings: { unit: app.service, user: root, keyFile: ssh/id, knownHosts: ssh/known_hosts }
# What may run without signatures, for example:
#  - runbook: restart-service
#    digest: sha256:...           # countersign runbook check prints it
#    targets: [${target.id}]
#    rate: { acts: 4, within: 1h }
#    concurrency: 1
#    floor: 1
#    preconditions: [{ field: active, equals: [failed] }]
unsigned: []
signed: { one: [service.restart] }
`
}
