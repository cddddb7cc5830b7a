/**
 * A monitor that goes on sending while programs die, as Alertmanager does: again until it is acknowledged. Remembers
 * every receipt of something new, so that one can look for each of them in the trail afterwards.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Door } from '../stage/door.ts'
import type { Stage } from '../stage/stage.ts'

export type Caller = {
  acknowledged: string[]
  /** Not acknowledged at once, and sent again. */
  again(): number
  stop(): Promise<void>
}

const BETWEEN_MS = 250
const NEWS = ['opens', 'joins', 'resolves']

export function startCaller(stage: Stage, door: Door): Caller {
  const token = readFileSync(`${stage.dir}/secrets/alertmanager.token`, 'utf8').trim()
  const acknowledged: string[] = []
  let again = 0
  let stopped = false
  const send = async (status: 'firing' | 'resolved', startsAt: string) => {
    while (!stopped) {
      const answer = await door.post('/v1/signals/alertmanager', token, webhook(status, startsAt))
      if (answer.status === 202) {
        const { receipts } = JSON.parse(answer.body) as {
          receipts: { receipt: string; disposition: string }[]
        }
        for (const { receipt, disposition } of receipts)
          if (NEWS.includes(disposition)) acknowledged.push(receipt)
        return
      }
      again++
      await sleep(BETWEEN_MS)
    }
  }
  const loop = async () => {
    while (!stopped) {
      const startsAt = new Date().toISOString()
      await send('firing', startsAt)
      await sleep(BETWEEN_MS)
      await send('resolved', startsAt)
      await sleep(BETWEEN_MS)
    }
  }
  const running = loop()
  return {
    acknowledged,
    again: () => again,
    stop: async () => {
      stopped = true
      await running
    },
  }
}

function webhook(status: 'firing' | 'resolved', startsAt: string): object {
  const alert = {
    status,
    labels: { alertname: 'Canary', severity: 'info' },
    annotations: {},
    startsAt,
    ...(status === 'resolved' ? { endsAt: new Date().toISOString() } : {}),
    fingerprint: 'c0ffee0000000001',
  }
  return { version: '4', groupKey: 'canary', status, receiver: 'countersign', alerts: [alert] }
}
