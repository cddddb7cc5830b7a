/** The signals a runner listens to: SIGUSR1 holds, SIGTERM and SIGINT stop it between two steps. */
import type { Running } from './main.ts'

export function holdOnSignal(running: Running): void {
  process.on('SIGUSR1', () => running.hold('held by signal SIGUSR1'))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void running.stop())
}
