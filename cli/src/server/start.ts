/** Runs the control plane until it is stopped. Without it hosting goes on; only new governed acts wait. */
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { visible } from '../terminal/visible.ts'
import { VERSION } from '../version.ts'

const LINGER_MS = 2000

export const command: Command = {
  words: ['[DIR]'],
  options: {
    'log-level': {
      value: 'LEVEL',
      says: 'trace, debug, info, warn or error (default info), on standard error',
    },
  },
  examples: ['countersign start --dir /etc/countersign'],
  async run(given, terminal) {
    const { startServer } = await import('@countersign/server/main')
    const dir = given.words[0] ?? given.dir
    const logLevel = given.text('log-level') ?? 'info'
    const running = await startServer({ dir, version: VERSION, logLevel }).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw failed(
        `the control plane does not start: ${message}`,
        'see `countersign check` and `countersign doctor`',
        cause,
      )
    })
    terminal.show(`countersign ${VERSION} answers at ${running.url}`)
    for (const notice of running.notices)
      terminal.show(`${terminal.colour('yellow', 'note:')} ${visible(notice)}`)
    terminal.result({ url: running.url, notices: running.notices, pid: process.pid })
    await stopAsked()
    terminal.tell('stopping: finishing what is at hand')
    await running.stop()
    // Nothing is left to do; a connection that a client keeps open must not hold the process.
    setTimeout(() => process.exit(EXIT.done), LINGER_MS).unref()
    return EXIT.done
  },
}

/** A second signal ends it at once; what was recorded is recorded. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}
