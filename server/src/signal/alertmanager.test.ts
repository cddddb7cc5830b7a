import { expect, test } from 'vitest'
import { toSignals } from './alertmanager.ts'

const NOW = 1_800_000_000_000
const webhook = (severity: string, startsAt = NOW) => ({
  version: '4' as const,
  groupKey: '{}',
  truncatedAlerts: 0,
  status: 'firing' as const,
  receiver: 'countersign',
  alerts: [
    {
      status: 'firing' as const,
      labels: { alertname: 'Down', severity },
      annotations: {},
      startsAt: new Date(startsAt).toISOString(),
      fingerprint: 'f',
    },
  ],
})

test.each([
  { word: 'warning', severity: 'minor' },
  { word: 'Critical', severity: 'critical' },
  { word: 'never heard of', severity: 'major' },
  { word: 'constructor', severity: 'major' },
  { word: '__proto__', severity: 'major' },
  { word: 'toString', severity: 'major' },
])('severity "$word" is $severity', ({ word, severity }) => {
  expect(toSignals(webhook(word), 'alertmanager', NOW)[0]?.severity).toBe(severity)
})

test('an occurrence from the far future counts as one of now, so that it hides no real one for long', () => {
  const [signal] = toSignals(webhook('warning', NOW + 10 * 365 * 86_400_000), 'alertmanager', NOW)
  expect(signal?.startsAt).toBeLessThanOrEqual(NOW + 900_000)
})
