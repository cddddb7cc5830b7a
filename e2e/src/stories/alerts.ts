/** Alertmanager webhooks (version 4) as stories send them by hand. */

export type AlertWish = {
  alert: string
  fingerprint: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  startsAt?: number
}

/** The same alert firing, and later resolved. */
export function webhookOf(wish: AlertWish): (status: 'firing' | 'resolved', startsAt?: number) => object {
  const first = wish.startsAt ?? Date.now()
  return (status, startsAt = first) => ({
    version: '4',
    groupKey: wish.fingerprint,
    status,
    receiver: 'countersign',
    alerts: [
      {
        status,
        labels: { alertname: wish.alert, severity: 'warning', ...wish.labels },
        annotations: { summary: 'sent by hand', ...wish.annotations },
        startsAt: new Date(startsAt).toISOString(),
        ...(status === 'resolved' ? { endsAt: new Date(startsAt + 1).toISOString() } : {}),
        fingerprint: wish.fingerprint,
      },
    ],
  })
}
