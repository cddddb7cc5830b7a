/** Signals come in: Alertmanager v4 webhooks. Every accepted one gets a receipt and, later, an answer. */
import { storable } from '@countersign/core/kernel/text'
import { z } from 'zod'
import { operation, Uuid } from './operation.ts'

/** What others made up is cleaned, not refused: one odd character must not cost an alert. */
const text = (max: number) => z.string().max(max).overwrite(storable)
const Labels = z.record(text(200), text(4000))

export const AlertmanagerAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  fingerprint: text(100).min(1),
  generatorURL: text(4000).optional(),
})

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4. */
export const AlertmanagerWebhook = z.object({
  version: z.literal('4'),
  groupKey: text(4000),
  truncatedAlerts: z.int().nonnegative().default(0),
  status: z.enum(['firing', 'resolved']),
  receiver: text(200),
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
