import { expect, test } from 'vitest'
import { BadStep } from './driver.ts'
import { actionManifest, findAction, findDriver, knownActions, loadDrivers } from './registry.ts'

test('knows every action of every driver, under its own name', async () => {
  const known = await knownActions()
  expect(Object.keys(known)).toEqual([
    'dns.delete',
    'dns.upsert',
    'keeper.restart',
    'systemd.restart',
    'systemd.start',
    'systemd.stop',
  ])
  for (const [uses, manifest] of Object.entries(known)) expect(await actionManifest(uses)).toEqual(manifest)
  for (const [name, driver] of Object.entries(await loadDrivers())) expect(driver.name).toBe(name)
})

test.each(['nothing.restart', 'systemd.reboot', 'systemd', 'constructor.name', 'dns.__proto__', ''])(
  'refuses "%s", and says what there is',
  async (uses) => {
    await expect(findAction(uses)).rejects.toBeInstanceOf(BadStep)
  },
)

test('refuses a driver that does not exist', async () => {
  await expect(findDriver('toString')).rejects.toThrow(/no driver "toString"/)
})
