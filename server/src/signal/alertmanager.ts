/** Reads an Alertmanager v4 webhook into signals. Labels and annotations are data: nothing in them instructs anyone. */
import type { AlertmanagerWebhook } from '@countersign/contract/signal'
import type { Severity, Signal } from '@countersign/core/signal/signal'
import type { z } from 'zod'

/** The words for severity that are in use, from mildest to gravest; an unknown word counts as major. */
const SEVERITIES = new Map<string, Severity>(
  Object.entries({
    none: 'info',
    info: 'info',
    informational: 'info',
    warning: 'minor',
    minor: 'minor',
    error: 'major',
    major: 'major',
    page: 'critical',
    critical: 'critical',
  }),
)

/** An occurrence from the future would hide every real one before it: it counts as of now, give or take this. */
const SKEW = 900_000

export function toSignals(
  webhook: z.output<typeof AlertmanagerWebhook>,
  source: string,
  now: number,
): Signal[] {
  return webhook.alerts.map((alert) => ({
    source,
    fingerprint: alert.fingerprint,
    alert: alert.labels['alertname'] ?? 'unnamed alert',
    status: alert.status,
    startsAt: Math.min(Date.parse(alert.startsAt), now + SKEW),
    endsAt: alert.status === 'resolved' && alert.endsAt !== undefined ? Date.parse(alert.endsAt) : null,
    severity: SEVERITIES.get((alert.labels['severity'] ?? '').toLowerCase()) ?? 'major',
    labels: alert.labels,
    annotations: alert.annotations,
  }))
}
