/** Ends a token at once: its hash is taken out, so that it fits nothing any more. */
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { loadTokens, saveTokens } from './store.ts'

export const command: Command = {
  words: ['NAME'],
  options: {},
  examples: ['countersign token revoke helper'],
  async run(given, terminal) {
    const id = given.word(0)
    const rows = loadTokens(given.dir)
    if (!rows.some((row) => row.id === id))
      throw failed(`there is no token "${id}"`, `there are ${rows.map((row) => row.id).join(', ') || 'none'}`)
    saveTokens(
      given.dir,
      rows.filter((row) => row.id !== id),
    )
    terminal.show(`token "${id}" is revoked`)
    terminal.result({ revoked: id })
    return EXIT.done
  },
}
