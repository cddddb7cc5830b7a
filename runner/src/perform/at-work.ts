/** What this runner is doing right now, by task or grant; nothing is begun twice at once. */
import { RunnerFault } from '../fault.ts'
import type { Log } from '../log.ts'

export type AtWork = {
  has(id: string): boolean
  /** Begins unless it is being done; resolves, never rejects, when it has ended. */
  begin(id: string, doing: () => Promise<void>): Promise<void>
  ended(id: string): Promise<void>
  idle(): Promise<void>
}

/** `failed` is called once the runner cannot record any more: it must stop. */
export function createAtWork(log: Log, failed: (fault: Error) => void): AtWork {
  const running = new Map<string, Promise<void>>()
  return {
    has: (id) => running.has(id),
    begin(id, doing) {
      const already = running.get(id)
      if (already !== undefined) return already
      const done = doing()
        .catch((error: unknown) => {
          log('task-failed', { id, message: String((error as Error).message ?? error) })
          if (error instanceof RunnerFault) failed(error)
        })
        .finally(() => running.delete(id))
      running.set(id, done)
      return done
    },
    ended: (id) => running.get(id) ?? Promise.resolve(),
    async idle() {
      while (running.size > 0) await Promise.all(running.values())
    },
  }
}
