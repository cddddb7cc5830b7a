import { expect, test } from 'vitest'
import { BadStep, type DriverStep } from '../driver.ts'
import { sshArguments } from './ssh.ts'
import { readUnitStep } from './unit-step.ts'

const step = (
  settings: DriverStep['target']['settings'] = {},
  more: Partial<DriverStep> = {},
): DriverStep => ({
  action: 'restart',
  with: {},
  target: {
    id: 'web1/app',
    address: '192.0.2.1',
    settings: { user: 'ops', keyFile: '/k/id', knownHosts: '/k/hosts', unit: 'app@1.service', ...settings },
  },
  ...more,
})

test('reads a step; the host is the address of the target unless said otherwise', () => {
  expect(readUnitStep(step())).toMatchObject({
    action: 'restart',
    unit: 'app@1.service',
    ssh: { host: '192.0.2.1' },
  })
  expect(readUnitStep(step({ host: 'web1' })).ssh.host).toBe('web1')
})

test('ssh asks nothing, believes only the pinned keys, and takes nothing after the host for an option', () => {
  const words = sshArguments(readUnitStep(step({ knownHosts: '/a b/%h' })).ssh, 'true')
  expect(words.slice(-3)).toEqual(['--', '192.0.2.1', 'true'])
  for (const option of [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'GlobalKnownHostsFile=none',
    'UserKnownHostsFile="/a b/%%h"',
  ])
    expect(words).toContain(option)
})

test.each([
  { name: 'a unit with a shell command', bad: step({ unit: 'a;reboot.service' }) },
  { name: 'a unit with a line', bad: step({ unit: 'a\n.service' }) },
  { name: 'a unit that is an option', bad: step({ unit: '-a.service' }) },
  { name: 'a unit with a path', bad: step({ unit: '../a.service' }) },
  { name: 'a pattern of units', bad: step({ unit: '*.service' }) },
  { name: 'a socket', bad: step({ unit: 'app.socket' }) },
  { name: 'a host that is an option', bad: step({ host: '-oProxyCommand=x' }) },
  { name: 'a user that is an option', bad: step({ user: '-x' }) },
  { name: 'a relative key file', bad: step({ keyFile: 'id' }) },
  { name: 'a path that ssh would read into', bad: step({ knownHosts: '/$' + '{HOME}/x' }) },
  { name: 'a port that is none', bad: step({ port: 70_000 }) },
  { name: 'a mistyped setting', bad: step({ knownHost: '/x' }) },
  { name: 'a parameter', bad: step({}, { with: { unit: 'other.service' } }) },
  { name: 'another action', bad: step({}, { action: 'mask' }) },
])('refuses $name', ({ bad }) => {
  expect(() => readUnitStep(bad)).toThrow(BadStep)
})
