/** The runbooks and the catalogue of the test site: many small services, so that each test has one of its own. */
import type { Catalogue, Service } from '@countersign/core/catalogue/catalogue'

type Shape = { id: string; alert: string; ifNotBetter?: 'undo' | 'escalate'; says?: string }

/** Restarts one target; two independent sources say that it is down. */
export function restart({ id, alert, ifNotBetter = 'escalate', says = 'Restarts a target.' }: Shape): string {
  return `version: 1
runbook: ${id}
says: ${says}
kind: service.restart
area: service
owners: { system: web, control: sre }
reviewEvery: 90d
parameters:
  target: { type: target, says: What is down. }
triggers:
  - { alert: ${alert}, labels: {}, with: { target: '\${target}' } }
evidence:
${check('metric-down', 'prometheus', `up{host="\${target}"}`, '== 0')}
${check('probe-down', 'probe', 'http://${target.address}', 'status != 200')}
preconditions:
  - { id: is-failed, says: The runner sees it as failed., step: restart, field: active, equals: [failed] }
steps:
  - { id: restart, uses: systemd.restart, target: '\${target}', with: {} }
health:
  window: 5s
  interval: 1s
  samples: 2
  checks:
${check('metric-up', 'prometheus', `up{host="\${target}"}`, '== 1', '    ')}
${check('probe-up', 'probe', 'http://${target.address}', 'status == 200', '    ')}
  ifNotBetter: ${ifNotBetter}
breaker: { attempts: 3, within: 1h, cooldown: 1h }
planFor: 15m
`
}

function check(id: string, source: string, query: string, expect: string, indent = '  '): string {
  const text = `- { id: ${id}, says: It is as expected., source: ${source}, query: '${query}', expect: '${expect}', `
  return `${indent}${text}whenNot: against, freshFor: 60s }`
}

/** A trigger takes a parameter from a label that may hold anything: what does not fit must not get lost. */
export const PICKY = restart({ id: 'picky', alert: 'Picky' })
  .replace('  target: {', "  unit: { type: text, says: Its unit., pattern: '[a-z]+' }\n  target: {")
  .replace("{ target: '${target}' }", "{ target: '${target}', unit: '${label.unit}' }")
  .replace('with: {} }', "with: { unit: '${unit}' } }")

export const RUNBOOKS = {
  restart: restart({ id: 'restart', alert: 'Down' }),
  'restart-or-undo': restart({ id: 'restart-or-undo', alert: 'Broken', ifNotBetter: 'undo' }),
  picky: PICKY,
}

export const SERVICES = 60
const MEMBERS = ['a', 'b', 'c', 'd']

export function catalogueOf(port: number): Catalogue {
  return { services: Array.from({ length: SERVICES }, (_, i) => serviceOf(`s${i + 1}`, port)), freezes: [] }
}

function serviceOf(id: string, port: number): Service {
  return {
    id,
    says: 'a service',
    owner: 'web',
    environment: 'production',
    criticality: 'normal',
    customers: 'some',
    data: { regulated: 'no', customer: 'no' },
    dependencies: [],
    floor: 1,
    peak: [],
    targets: MEMBERS.map((member) => ({
      id: `${id}-${member}`,
      address: `127.0.0.1:${port}/${id}-${member}`,
      region: 'r1',
      match: { host: `${id}-${member}` },
    })),
  }
}
