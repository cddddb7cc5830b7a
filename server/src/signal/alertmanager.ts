/** Reads an Alertmanager v4 webhook into signals. Labels and annotations are data: nothing in them instructs anyone. */
import type { AlertmanagerWebhook } from '@countersign/contract/signal'
import type { Severity, Signal } from '@countersign/core/signal/signal'
import type { z } from 'zod'

/** The words for severity that are in use, from mildest to gravest; an unknown word counts as major. */
const SEVERITIES: Record<string, Severity> = {
  none: 'info',
  info: 'info',
  informational: 'info',
  warning: 'minor',
  minor: 'minor',
  error: 'major',
  major: 'major',
  page: 'critical',
  critical: 'critical',
}

export function toSignals(webhook: z.output<typeof AlertmanagerWebhook>, source: string): Signal[] {
  return webhook.alerts.map((alert) => ({
    source,
    fingerprint: alert.fingerprint,
    alert: alert.labels['alertname'] ?? 'unnamed alert',
    status: alert.status,
    startsAt: Date.parse(alert.startsAt),
    endsAt: alert.status === 'resolved' && alert.endsAt !== undefined ? Date.parse(alert.endsAt) : null,
    severity: SEVERITIES[(alert.labels['severity'] ?? '').toLowerCase()] ?? 'major',
    labels: alert.labels,
    annotations: alert.annotations,
  }))
}
