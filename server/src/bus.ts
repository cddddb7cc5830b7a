/**
 * Wakes what waits inside this replica: long polls and live views. Across replicas the same words travel by
 * LISTEN/NOTIFY. A lost word costs time only, never work: whoever waits also looks by itself.
 */
import { EventEmitter } from 'node:events'
import type pg from 'pg'

export type Topic = 'task' | 'entry'
const CHANNEL = 'countersign'

export type Bus = {
  wake(topic: Topic, key: string): void
  /** Resolves when woken, or after `ms`. */
  wait(topic: Topic, key: string, ms: number, signal?: AbortSignal): Promise<void>
}

export function createBus(): Bus {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  return {
    wake: (topic, key) => void emitter.emit(`${topic} ${key}`),
    wait: (topic, key, ms, signal) =>
      new Promise((resolve) => {
        const name = `${topic} ${key}`
        const done = () => {
          clearTimeout(timer)
          emitter.off(name, done)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        emitter.once(name, done)
        signal?.addEventListener('abort', done)
      }),
  }
}

/** Tells all replicas when the transaction commits. */
export async function notify(tx: pg.ClientBase, topic: Topic, key: string): Promise<void> {
  await tx.query('select pg_notify($1, $2)', [CHANNEL, `${topic} ${key}`])
}

/** Keeps one connection that passes on what other replicas and our own commits say. Reconnects by itself. */
export function listen(pool: pg.Pool, bus: Bus): { stop(): Promise<void> } {
  let stopped = false
  let client: pg.PoolClient | null = null
  let wakeUp: () => void = () => undefined
  const loop = async () => {
    while (!stopped) {
      try {
        client = await pool.connect()
        client.on('notification', ({ payload }) => {
          const [topic, key] = (payload ?? '').split(' ')
          if (topic !== undefined && key !== undefined) bus.wake(topic as Topic, key)
        })
        await client.query(`listen ${CHANNEL}`)
        await new Promise<void>((resolve) => {
          wakeUp = resolve
          client?.once('error', () => resolve())
          client?.once('end', () => resolve())
        })
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 250))
      } finally {
        client?.release(true)
        client = null
      }
    }
  }
  const running = loop()
  return {
    stop: async () => {
      stopped = true
      wakeUp()
      await running
    },
  }
}
