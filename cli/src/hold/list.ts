/** Holds in force. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { openSession } from '../folder/session.ts'
import { table } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'
import { scopeText } from './scope.ts'

export const command: Command = {
  words: [],
  options: {},
  examples: ['countersign holds'],
  async run(given, terminal) {
    const page = await openSession(given).client.listHolds({})
    const rows = page.items.map((hold) => [
      hold.id,
      scopeText(hold.scope),
      hold.person,
      moment(hold.since),
      `${moment(hold.until)}${hold.overdue ? ' (overdue, still holds)' : ''}`,
      hold.reason,
    ])
    terminal.show(table(['id', 'holds', 'by', 'since', 'until', 'reason'], rows, 'no holds'))
    terminal.result(page)
    return EXIT.done
  },
}
