/** Where people are told: a webhook with a Standard-Webhooks-like body. Telling never decides and may be repeated. */
export type Page = {
  id: string
  role: string
  title: string
  because: string
  asks: string
  incident: string | null
  proposal: string | null
}

export type Channel = { id: string; send(page: Page): Promise<void> }

/** `secret`: sent as a bearer token where given; never logged. */
export function webhook(id: string, url: string, secret: string | null): Channel {
  return {
    id,
    async send(page) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': page.id,
          ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
        },
        body: JSON.stringify(page),
        signal: AbortSignal.timeout(10_000),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`channel "${id}" answered ${response.status}`)
    },
  }
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
