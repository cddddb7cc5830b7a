import { describe, expect, test } from 'vitest'
import { fileText, readOrThrow } from '../testing/shipped.ts'
import { readRunnerConfig } from './runner.ts'
import { readServerConfig } from './server.ts'

const EXAMPLE = 'language/src/testing/example'
const SERVER = fileText(`${EXAMPLE}/countersign.yaml`).text
const RUNNER = fileText(`${EXAMPLE}/runner.yaml`).text
const readers = { server: readServerConfig, runner: readRunnerConfig }

test('countersign.yaml is read with absolute paths, milliseconds and defaults', () => {
  const short = SERVER.replace(/^(health|people):.*\n/gm, '')
  const config = readOrThrow(readServerConfig('/etc/countersign/countersign.yaml', short))
  expect(config).toMatchObject({
    database: { dataDir: '/etc/countersign/state/database' },
    people: null,
    health: { logBehind: 300_000, runnerSilent: 30_000 },
    signals: { alertmanager: {} },
  })
  expect(config.sources[1]).toEqual({
    id: 'probe',
    kind: 'http-probe',
    group: 'probe',
    timeout: 3000,
    url: null,
  })
})

test('runner.yaml is read with absolute paths, those of drivers too', () => {
  const config = readOrThrow(readRunnerConfig('/etc/countersign/runner.yaml', RUNNER))
  expect(config).toMatchObject({
    id: 'web-runner',
    holdFile: '/etc/countersign/state/runner/HOLD',
    clockSkew: 30_000,
  })
  expect(config.targets[0]).toEqual({
    id: 'web1',
    service: 'shop',
    region: 'main',
    address: '10.0.0.11',
    driver: 'systemd',
    settings: {
      unit: 'app.service',
      user: 'root',
      keyFile: '/etc/countersign/keys/ssh',
      knownHosts: '/etc/countersign/keys/known_hosts',
    },
  })
  expect(config.unsigned[0]?.rate).toEqual({ acts: 3, within: 3_600_000 })
})

describe('is refused', () => {
  test.each<{
    name: string
    of: keyof typeof readers
    from: string
    to: string
    line: number
    says: string
    hint: string
  }>([
    {
      name: 'a probe with an address',
      of: 'server',
      from: 'kind: http-probe,',
      to: "kind: http-probe, url: 'http://x',",
      line: 13,
      says: 'takes no url',
      hint: 'query',
    },
    {
      name: 'a source without address',
      of: 'server',
      from: "url: 'http://127.0.0.1:9090', ",
      to: '',
      line: 12,
      says: '"url" is missing in source "prometheus"',
      hint: 'write where',
    },
    {
      name: 'a source twice',
      of: 'server',
      from: 'id: keeper',
      to: 'id: probe',
      line: 14,
      says: 'a second source "probe"',
      hint: 'line 13',
    },
    {
      name: 'two databases',
      of: 'server',
      from: 'dataDir: state/database',
      to: "dataDir: x, url: 'postgres://h/d'",
      line: 4,
      says: 'database: not accepted',
      hint: 'either url or dataDir',
    },
    {
      name: 'an address without scheme',
      of: 'server',
      from: "'http://127.0.0.1:9090'",
      to: '127.0.0.1:9090',
      line: 12,
      says: 'sources[prometheus].url',
      hint: 'whole address',
    },
    {
      name: 'a port out of range',
      of: 'server',
      from: 'port: 8440',
      to: 'port: 84400',
      line: 3,
      says: 'expected at most 65535, got 84400',
      hint: '0 picks a free one',
    },
    {
      name: 'a runner without witnesses written out',
      of: 'runner',
      from: 'witnesses: none\n',
      to: '',
      line: 1,
      says: '"witnesses" is missing in the file',
      hint: 'none must be written out',
    },
    {
      name: 'a genesis that is no digest',
      of: 'runner',
      from: 'genesis: sha256:0',
      to: 'genesis: sha256:',
      line: 7,
      says: 'trust.genesis',
      hint: '64 hex digits',
    },
    {
      name: 'a driver that is not there',
      of: 'runner',
      from: 'driver: systemd',
      to: 'driver: systemx',
      line: 16,
      says: 'targets[web1].driver',
      hint: 'systemd',
    },
    {
      name: 'a setting of another driver',
      of: 'runner',
      from: 'protect: [example.test]',
      to: 'knownHosts: /etc/hosts',
      line: 28,
      says: '"knownHosts" is not a setting of targets[example-zone].settings',
      hint: 'use one of',
    },
    {
      name: 'an envelope for a foreign target',
      of: 'runner',
      from: 'targets: [web1]',
      to: 'targets: [web3]',
      line: 32,
      says: 'owns no target "web3"',
      hint: 'did you mean "web1"?',
    },
    {
      name: 'an envelope for all',
      of: 'runner',
      from: 'targets: [web1]',
      to: 'targets: []',
      line: 32,
      says: 'expected at least 1 entries',
      hint: 'never means all',
    },
    {
      name: 'an envelope without precondition',
      of: 'runner',
      from: '[{ field: active, equals: [failed] }]',
      to: '[]',
      line: 36,
      says: 'at least 1',
      hint: 'right before it acts',
    },
    {
      name: 'one signature for deleting data',
      of: 'runner',
      from: 'one: [service.restart]',
      to: 'one: [data.delete]',
      line: 37,
      says: 'always takes two people',
      hint: 'take it out',
    },
  ])('$name', ({ of, from, to, line, says, hint }) => {
    const text = { server: SERVER, runner: RUNNER }[of]
    expect(text).toContain(from)
    const read = readers[of]('x.yaml', text.replace(from, to))
    const problems = 'problems' in read ? read.problems : []
    expect(problems.map((one) => one.message)).toEqual(
      expect.arrayContaining([expect.stringContaining(says)]),
    )
    const found = problems.find((one) => one.message.includes(says))
    expect(found?.hint).toContain(hint)
    expect(found?.line).toBe(line)
  })
})
