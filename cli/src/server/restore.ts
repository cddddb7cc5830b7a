/** Brings a backup back into a folder whose database was moved away. The log will say that it went back in time. */
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { dataDirOf } from './embedded.ts'

export const command: Command = {
  words: ['FILE'],
  options: {},
  examples: ['countersign restore /var/backups/countersign.tar'],
  async run(given, terminal) {
    const dataDir = dataDirOf(given.dir)
    const { restore } = await import('@countersign/server/database/backup')
    await restore(resolve(given.word(0)), dataDir).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw failed(
        `nothing was restored: ${message}`,
        'stop the server, move the old data folder away, and try again',
        cause,
      )
    })
    terminal.show(`restored into ${dataDir}`)
    terminal.show(
      'next: countersign start. If more had been published than the backup holds, `countersign trail head` says so; then `trail reincarnate`.',
    )
    terminal.result({ dataDir, file: resolve(given.word(0)) })
    return EXIT.done
  },
}
