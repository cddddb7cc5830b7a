/** Writes a backup of the embedded database while it runs, or brings it up for that. */
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { dataDirOf } from './embedded.ts'

export const command: Command = {
  words: ['FILE'],
  options: {},
  examples: ['countersign backup /var/backups/countersign.tar'],
  async run(given, terminal) {
    const dataDir = dataDirOf(given.dir)
    const { startPostgres } = await import('@countersign/server/database/launcher')
    const { openPool } = await import('@countersign/server/database/pool')
    const { backup } = await import('@countersign/server/database/backup')
    const log = { info: () => undefined, warn: (text: string) => terminal.tell(text) }
    const postgres = await startPostgres({ dataDir, log })
    const pool = openPool(postgres.url)
    try {
      const report = await backup(pool, dataDir, resolve(given.word(0)))
      terminal.show(`${report.file}: ${report.bytes} bytes, ${report.files} files, ${report.tookMs} ms`)
      terminal.show(
        'it holds the database, and its password: keep it as safe. Keys and configuration are files of the folder.',
      )
      terminal.result(report)
    } finally {
      await pool.end()
      // A database that ran already belongs to the server that uses it.
      if (!postgres.adopted) await postgres.stop()
    }
    // The watch over an adopted database would keep this process alive.
    setTimeout(() => process.exit(), 200)
    return EXIT.done
  },
}
