/** Reads a step for the keeper strictly. Throws `BadStep`. */
import { BadStep, type DriverStep } from '../driver.ts'
import { onlyKeys, type Section, textIn } from '../settings.ts'

/** `url`: where the keeper listens, without a final slash. */
export type KeeperStep = { url: string; service: string }

export function readKeeperStep(step: DriverStep): KeeperStep {
  if (step.action !== 'restart') throw new BadStep(`keeper has no action "${step.action}"`, 'use restart')
  const settings: Section = {
    called: `setting of "${step.target.id}"`,
    holds: step.target.settings,
    quotable: false,
  }
  onlyKeys(settings, ['url', 'service'])
  onlyKeys({ called: 'parameter of keeper.restart', holds: step.with, quotable: true }, [])
  return {
    url: textIn(settings, 'url', /^https?:\/\/[A-Za-z0-9.:[\]-]+$/, 'a URL such as http://127.0.0.1:4100'),
    service: textIn(settings, 'service', /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'the name of a service'),
  }
}
