/** Signals come in: Alertmanager v4 webhooks. Every accepted one gets a receipt and, later, an answer. */
import { z } from 'zod'
import { operation, Uuid } from './operation.ts'

const Labels = z.record(z.string().max(200), z.string().max(4000))

export const AlertmanagerAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  fingerprint: z.string().min(1).max(100),
  generatorURL: z.string().max(4000).optional(),
})

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4. */
export const AlertmanagerWebhook = z.object({
  version: z.literal('4'),
  groupKey: z.string().max(4000),
  truncatedAlerts: z.int().nonnegative().default(0),
  status: z.enum(['firing', 'resolved']),
  receiver: z.string().max(200),
  alerts: z.array(AlertmanagerAlert).min(1).max(2000),
})

export const Receipt = z
  .object({
    receipt: Uuid,
    fingerprint: z.string(),
    disposition: z.enum(['opens', 'joins', 'repeats', 'resolves', 'set-aside']),
    incident: Uuid.nullable(),
    because: z.string().nullable(),
  })
  .meta({ id: 'SignalReceipt' })

export const receiveAlertmanager = operation({
  id: 'receiveAlertmanager',
  method: 'POST',
  path: '/v1/signals/alertmanager',
  summary: 'Take an Alertmanager webhook (version 4); answers with a receipt per alert once all are recorded',
  scope: 'signal',
  body: AlertmanagerWebhook,
  reply: z.object({ receipts: z.array(Receipt) }),
  status: 202,
})
