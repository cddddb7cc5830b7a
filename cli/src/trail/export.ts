/** Writes the trail to a file, as a stream: everything, or one incident with inclusion proofs. */
import { createWriteStream, renameSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { open } from '@countersign/client/client'
import { exportTrail } from '@countersign/contract/trail'
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { openSession } from '../folder/session.ts'

export const command: Command = {
  words: ['FILE'],
  options: { incident: { value: 'ID', says: 'only this incident and its proposals, with proofs' } },
  examples: [
    'countersign trail export trail.ndjson',
    'countersign trail export one.ndjson --incident 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f',
  ],
  async run(given, terminal) {
    const file = given.word(0)
    const incident = given.text('incident')
    const { connection } = openSession(given)
    const response = await open(connection, exportTrail, { query: incident === null ? {} : { incident } })
    if (response.body === null) throw failed('the server sent an empty answer', 'try again')
    const partial = `${file}.partial`
    try {
      await pipeline(Readable.fromWeb(response.body), createWriteStream(partial, { flush: true }))
    } catch (cause) {
      throw failed(
        `the export broke off: ${cause instanceof Error ? cause.message : String(cause)}`,
        `try again; ${partial} is not whole`,
        cause,
      )
    }
    renameSync(partial, file)
    const { size } = statSync(file)
    terminal.show(`${file}: ${size} bytes; verify it: countersign trail verify ${file} --trust FILE`)
    terminal.result({ file, bytes: size, incident })
    return EXIT.done
  },
}
