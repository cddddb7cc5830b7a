/** Reads a systemd step strictly: the unit, and how its host is reached. Throws `BadStep`. */
import { BadStep, type DriverStep } from '../driver.ts'
import { integerIn, onlyKeys, type Section, textIn, textsIn } from '../settings.ts'

export const UNIT_ACTIONS = ['restart', 'start', 'stop'] as const
export type UnitAction = (typeof UNIT_ACTIONS)[number]

/** `knownHosts` pins the host's keys; `via` is put before `ssh` (a jump command, a network namespace). */
export type SshSettings = {
  host: string
  port: number
  user: string
  keyFile: string
  knownHosts: string
  connectTimeoutMs: number
  via: string[]
}
export type UnitStep = { action: UnitAction; unit: string; ssh: SshSettings }

const UNIT = /^[A-Za-z0-9@._:][A-Za-z0-9@._:-]*\.service$/
/** ssh itself would read something into the letters left out here. */
const PATH = /^\/[^\n"$\\]+$/
const KEYS = ['host', 'port', 'user', 'keyFile', 'knownHosts', 'connectTimeoutMs', 'via', 'unit']

export function readUnitStep(step: DriverStep): UnitStep {
  const { id, address, settings } = step.target
  const action = UNIT_ACTIONS.find((known) => known === step.action)
  if (!action) throw new BadStep(`systemd has no action "${step.action}"`, `use ${UNIT_ACTIONS.join(', ')}`)
  const section: Section = {
    called: `setting of "${id}"`,
    holds: { host: address, ...settings },
    quotable: false,
  }
  onlyKeys(section, KEYS)
  onlyKeys({ called: `parameter of systemd.${action}`, holds: step.with, quotable: true }, [])
  const unit = textIn(section, 'unit', UNIT, 'a unit such as app.service')
  return {
    action,
    unit,
    ssh: {
      host: textIn(section, 'host', /^[A-Za-z0-9][A-Za-z0-9._:-]*$/, 'a host name or address'),
      port: integerIn(section, 'port', 1, 65_535, 22),
      user: textIn(section, 'user', /^[A-Za-z_][A-Za-z0-9_.-]*$/, 'a user name'),
      keyFile: textIn(section, 'keyFile', PATH, 'an absolute path'),
      knownHosts: textIn(section, 'knownHosts', PATH, 'an absolute path'),
      connectTimeoutMs: integerIn(section, 'connectTimeoutMs', 1000, 60_000, 5000),
      via: textsIn(section, 'via', []),
    },
  }
}
