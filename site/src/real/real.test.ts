import { expect, test } from 'vitest'
import { prefixFrom } from '../site.ts'
import { groupFolders } from './cgroup.ts'
import { zoneFile } from './configs.ts'
import { mountsIn } from './down.ts'
import { describeReal, HOSTS, TARGETS } from './layout.ts'
import { alertmanagerConfig, prometheusConfig, rulesFile } from './monitoring.ts'
import { namespaces } from './network.ts'
import { unitsOf } from './units.ts'

const site = describeReal('/state', 'cs')

test.each([
  ['pure v2', ['/sys/fs/cgroup/cgroup.controllers'], ['/sys/fs/cgroup/g']],
  [
    'hybrid',
    ['/sys/fs/cgroup/systemd/cgroup.procs', '/sys/fs/cgroup/unified/cgroup.procs'],
    ['/sys/fs/cgroup/systemd/g', '/sys/fs/cgroup/unified/g'],
  ],
  ['v1 alone', ['/sys/fs/cgroup/systemd/cgroup.procs'], ['/sys/fs/cgroup/systemd/g']],
  ['none', [], []],
])('control group folders on %s', (_, present, expected) => {
  expect(groupFolders('g', (path) => present.includes(path))).toEqual(expected)
})

test('only mounts of our source count, and blanks in their paths are read back', () => {
  const table =
    'tmpfs /tmp tmpfs rw 0 0\ncountersign-cs /a\\040b,c/hosts tmpfs rw 0 0\ncountersign-ct /x tmpfs rw 0 0\n'
  expect(mountsIn(table, 'countersign-cs')).toEqual(['/a b,c/hosts'])
})

test.each(['', 'CS', 'c-s', 'c/s', '../x', 'ninechars', '1a'])('the prefix "%s" is refused', (text) => {
  expect(() => prefixFrom(text)).toThrow(`the prefix "${text}"`)
})

test('addresses are unique and names are the namespaces', () => {
  expect(new Set(HOSTS.map(({ address }) => address)).size).toBe(HOSTS.length)
  expect(namespaces('cs')).toEqual(['cs-ctl', ...HOSTS.map(({ name }) => `cs-${name}`), 'cs-sw'])
})

test('the app gives up when it is killed over and over', () => {
  const web = HOSTS.find(({ name }) => name === 'web1')!
  const units = unitsOf(web, '/usr/bin/node')
  expect(units['app.service']).toContain('StartLimitBurst=3')
  expect(units['countersign.target']).toContain('cs-ssh.service cs-node-exporter.service app.service')
})

test('every scrape target carries host and service, and there are as many as up waits for', () => {
  const { scrape_configs } = JSON.parse(prometheusConfig(site, '/rules')) as {
    scrape_configs: { static_configs: { labels: object }[] }[]
  }
  const targets = scrape_configs.flatMap((job) => job.static_configs)
  expect(targets).toHaveLength(TARGETS)
  for (const { labels } of targets) expect(Object.keys(labels)).toEqual(['host', 'service'])
})

test('alerts carry a severity, and go to the product with a token from a file', () => {
  const { groups } = JSON.parse(rulesFile()) as { groups: { rules: { alert: string; labels: object }[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  expect(rules.map(({ alert }) => alert)).toEqual(['ServiceUnhealthy', 'UnitFailed', 'HostDown'])
  for (const { labels } of rules) expect(labels).toMatchObject({ severity: 'critical' })
  const { receivers } = JSON.parse(alertmanagerConfig(site)) as { receivers: { webhook_configs: object[] }[] }
  expect(receivers[0]?.webhook_configs[0]).toEqual({
    url: 'http://127.0.0.1:7443/v1/signals/alertmanager',
    send_resolved: true,
    http_config: { authorization: { type: 'Bearer', credentials_file: '/state/alertmanager-token' } },
  })
})

test('the zone begins with www at the load balancer and two addresses for api', () => {
  const records = zoneFile()
    .split('\n')
    .map((line) => line.split(/\s+/))
  const of = (name: string) => records.filter(([owner]) => owner === name).map((fields) => fields.at(-1))
  expect(of('www')).toEqual(['10.78.0.14'])
  expect(of('api')).toEqual(['10.78.0.11', '10.78.0.12'])
})
