/** Where people are told: a signed webhook. Telling never decides and may be repeated. */
import { createHmac } from 'node:crypto'

export type Page = {
  id: string
  role: string
  /** Who is on call for it. */
  people: readonly string[]
  title: string
  because: string
  asks: string
  incident: string | null
  proposal: string | null
}

export type Channel = { id: string; send(page: Page): Promise<void> }

/**
 * Posts signed by Standard Webhooks (https://www.standardwebhooks.com), version 1: HMAC-SHA256 over id, time and body.
 * `secret` is `whsec_` and base64, or any text; null: unsigned. It is never sent and never logged.
 */
export function webhook(id: string, url: string, secret: string | null): Channel {
  return {
    id,
    async send(page) {
      const body = JSON.stringify(page)
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed(page.id, body, secret) },
        body,
        signal: AbortSignal.timeout(10_000),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`channel "${id}" answered ${response.status}`)
    },
  }
}

function signed(id: string, body: string, secret: string | null): Record<string, string> {
  const time = String(Math.floor(Date.now() / 1000))
  const head = { 'webhook-id': id, 'webhook-timestamp': time }
  if (secret === null) return head
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  return { ...head, 'webhook-signature': `v1,${signature}` }
}

/** All channels; one that fails does not keep the others from being told, and makes the job run again. */
export async function tell(channels: readonly Channel[], page: Page): Promise<void> {
  const results = await Promise.allSettled(channels.map((channel) => channel.send(page)))
  const failed = results.filter((result) => result.status === 'rejected')
  if (failed.length > 0)
    throw new AggregateError(
      failed.map(({ reason }) => reason as Error),
      'not all channels were told',
    )
}
