/** The systemd driver against a real systemd behind a real sshd. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@countersign/core/kernel/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conformance } from '../conformance/conformance.ts'
import { sayLeftOut, whyLeftOut } from '../conformance/left-out.ts'
import { listenSilently } from '../conformance/silent.ts'
import type { Subject } from '../conformance/subject.ts'
import { type DriverFault, type DriverStep, TargetMoved } from '../driver.ts'
import { systemdDriver } from './systemd.ts'
import { ADDRESS, SECRET, startUnitHost, UNIT, type UnitHost, until } from './unit-host.ts'

const leftOut = whyLeftOut({
  root: true,
  programs: ['systemd-nspawn', 'sshd', 'ssh', 'ssh-keygen', 'ip', 'nsenter', 'pgrep'],
  also: () => (existsSync('/sys/fs/cgroup') ? undefined : 'there is no /sys/fs/cgroup'),
})
const soon = () => AbortSignal.timeout(30_000)

let shared: Promise<UnitHost> | undefined
const sharedHost = () => (shared ??= startUnitHost())
afterAll(async () => await (await shared)?.close(), 60_000)

const stepAt = (host: UnitHost, action: string, settings: JsonObject = {}): DriverStep => ({
  action,
  with: {},
  target: {
    id: 'drv/app',
    address: ADDRESS,
    settings: {
      user: 'root',
      keyFile: host.keyFile,
      knownHosts: host.knownHosts,
      unit: UNIT,
      via: host.via,
      ...settings,
    },
  },
})

const stateOf = (host: UnitHost) => host.inside('systemctl', 'is-active', UNIT).trim()
const mend = (host: UnitHost) => host.inside('rm', '-f', '/var/lib/cs/broken')

async function bringUp(host: UnitHost): Promise<void> {
  host.inside('systemctl', 'reset-failed', UNIT)
  host.inside('systemctl', 'restart', UNIT)
  await until('active', () => stateOf(host) === 'active')
}

/** As a crash leaves it: the main process is killed, nothing starts it again. */
async function fail(host: UnitHost): Promise<void> {
  await bringUp(host)
  host.inside('systemctl', 'kill', '--kill-who=main', '-s', 'KILL', UNIT)
  await until('failed', () => stateOf(host) === 'failed')
}

async function makeSubject(action: string, found: 'up' | 'failed'): Promise<Subject> {
  const [host, silent] = [await sharedHost(), await listenSilently()]
  const at = (settings?: JsonObject) => stepAt(host, action, settings)
  const prepare = () => (found === 'up' ? bringUp(host) : fail(host))
  const line = action === 'stop' ? 'stop' : 'start'
  return {
    driver: systemdDriver,
    step: at(),
    reset: async () => {
      mend(host)
      await prepare()
    },
    effects: async () => host.inside('cat', '/var/lib/cs/effects').split(`${line}\n`).length - 1,
    state: async () => (stateOf(host) === 'active' ? 'up' : 'down'),
    disturb: prepare,
    ...(action === 'stop' || found === 'up' ? {} : { relive: () => bringUp(host) }),
    ...(action === 'stop' ? {} : { spoil: async () => void host.inside('touch', '/var/lib/cs/broken') }),
    cutAfterMs: 600,
    limited: [{ step: at({ unit: 'missing.service' }), limit: 'unit-loaded' }],
    bad: [
      { what: 'a unit with a command', step: at({ unit: "x.service'; reboot; '.service" }) },
      { what: 'a unit that is an option', step: at({ unit: '--all.service' }) },
      { what: 'a timer', step: at({ unit: 'app.timer' }) },
      { what: 'a host that is an option', step: at({ host: '-oProxyCommand=reboot' }) },
      { what: 'a parameter nobody reads', step: { ...at(), with: { force: true } } },
    ],
    unreachable: at({ port: 9 }),
    silent: at({ host: '127.0.0.1', port: silent.port, via: [], connectTimeoutMs: 1000 }),
    secrets: [SECRET, readFileSync(host.keyFile, 'utf8').split('\n')[2] ?? 'no key found'],
    close: async () => await silent.close(),
  }
}

conformance('systemd.restart of a failed unit', () => makeSubject('restart', 'failed'), leftOut)
conformance('systemd.restart of a running unit', () => makeSubject('restart', 'up'), leftOut)
conformance('systemd.start', () => makeSubject('start', 'failed'), leftOut)
conformance('systemd.stop', () => makeSubject('stop', 'up'), leftOut)

describe.skipIf(sayLeftOut('systemd on its own', leftOut))(
  'systemd.restart over real ssh',
  { timeout: 60_000 },
  () => {
    let host: UnitHost
    beforeAll(async () => {
      host = await sharedHost()
      mend(host)
      await bringUp(host)
    }, 60_000)
    const faultOf = async (work: Promise<unknown>) =>
      (await work.then(
        () => expect.fail('no fault'),
        (error: unknown) => error,
      )) as DriverFault

    test('a unit at its start limit is restarted all the same', async () => {
      for (let starts = 0; starts < 4; starts++) host.inside('systemctl', 'restart', UNIT)
      expect(stateOf(host)).toBe('failed')
      const step = stepAt(host, 'restart')
      const before = await systemdDriver.observe(step, soon())
      expect(before.fields['result']).toBe('start-limit-hit')
      await systemdDriver.apply(step, before, soon())
      expect(systemdDriver.verify(step, before, await systemdDriver.observe(step, soon()))).toBe('done')
    })

    test('it waits for an order that still runs at the host, and does not repeat it', async () => {
      await bringUp(host)
      const step = stepAt(host, 'restart')
      const before = await systemdDriver.observe(step, soon())
      const starts = () => host.inside('cat', '/var/lib/cs/effects').split('start\n').length - 1
      const count = starts()
      const lock = `/run/countersign/${UNIT}.lock`
      host.inside('mkdir', '-p', '/run/countersign')
      const script = `flock ${lock} sh -c 'sleep 4; systemctl restart ${UNIT}'`
      host.inside('sh', '-c', `${script} </dev/null >/dev/null 2>&1 &`)
      const isHeld = () => host.inside('sh', '-c', `flock -n ${lock} true || echo held`).includes('held')
      await until('the order runs', isHeld)
      await systemdDriver.apply(step, before, soon())
      expect(systemdDriver.verify(step, before, await systemdDriver.observe(step, soon()))).toBe('done')
      await until('the order has ended', () => !isHeld())
      expect(starts()).toBe(count + 1)
    })

    test('a host key that is not pinned is a fault, and nothing is sent', async () => {
      const knownHosts = join(host.keyFile, '..', 'wrong hosts')
      writeFileSync(
        knownHosts,
        `${ADDRESS} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8JkkdCYsUxIa5yTCGvCqfmJvXk4wAR3gQh8PqN3bmv\n`,
      )
      const fault = await faultOf(systemdDriver.observe(stepAt(host, 'restart', { knownHosts }), soon()))
      expect(fault.message).toMatch(/not pinned/)
    })

    test('paths with spaces and percent signs are taken as they are', async () => {
      const [knownHosts, keyFile] = ['known %h hosts', 'key %d'].map((name) => join(host.keyFile, '..', name))
      writeFileSync(knownHosts ?? '', readFileSync(host.knownHosts))
      writeFileSync(keyFile ?? '', readFileSync(host.keyFile), { mode: 0o600 })
      const step = stepAt(host, 'restart', { knownHosts: knownHosts ?? '', keyFile: keyFile ?? '' })
      expect((await systemdDriver.observe(step, soon())).fields['load']).toBe('loaded')
    })

    test('a changed definition changes the footprint, a restart does not', async () => {
      const step = stepAt(host, 'restart')
      const first = await systemdDriver.observe(step, soon())
      await bringUp(host)
      expect((await systemdDriver.observe(step, soon())).footprint).toEqual(first.footprint)
      host.inside('sh', '-c', `echo '# more' >>/etc/systemd/system/${UNIT}`)
      const changed = await systemdDriver.observe(step, soon())
      expect(changed.footprint).not.toEqual(first.footprint)
      host.inside('systemctl', 'daemon-reload')
      expect((await systemdDriver.observe(step, soon())).footprint).not.toEqual(changed.footprint)
    })

    test('a stale observation is told as moved', async () => {
      const step = stepAt(host, 'stop')
      const before = await systemdDriver.observe(step, soon())
      await bringUp(host)
      await expect(systemdDriver.apply(step, before, soon())).rejects.toBeInstanceOf(TargetMoved)
      expect(stateOf(host)).toBe('active')
    })
  },
)
