/** Who holds which token; never the tokens themselves. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { table } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'
import { loadTokens } from './store.ts'

export const command: Command = {
  words: [],
  options: {},
  examples: ['countersign token list'],
  async run(given, terminal) {
    const rows = loadTokens(given.dir)
    const now = Date.now()
    terminal.show(
      table(
        ['id', 'subject', 'scopes', 'until'],
        rows.map(({ id, subject, scopes, expiresAt }) => [
          id,
          `${subject.kind} ${subject.id}`,
          scopes.join(', '),
          `${moment(expiresAt)}${expiresAt <= now ? ' (expired)' : ''}`,
        ]),
        'no tokens',
      ),
    )
    terminal.result({ tokens: rows.map(({ sha256: _, ...row }) => row) })
    return EXIT.done
  },
}
