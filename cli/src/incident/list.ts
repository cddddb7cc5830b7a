/** Incidents, newest first. */
import type { Command } from '../command.ts'
import { EXIT, usage } from '../exit.ts'
import { openSession } from '../folder/session.ts'
import { table } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'

export const command: Command = {
  words: [],
  options: {
    status: { value: 'STATUS', says: 'open or resolved' },
    limit: { value: 'N', says: 'how many (default 50)' },
    after: { value: 'KEY', says: 'continue behind this key, as given in `next`' },
  },
  examples: ['countersign incident list --status open'],
  async run(given, terminal) {
    const { client } = openSession(given)
    const status = given.text('status')
    if (status !== null && status !== 'open' && status !== 'resolved')
      throw usage(`"${status}" is not a status of an incident`, 'write open or resolved')
    const [limit, after] = [given.text('limit'), given.text('after')]
    const page = await client.listIncidents({
      query: {
        ...(status === null ? {} : { status }),
        ...(limit === null ? {} : { limit }),
        ...(after === null ? {} : { after }),
      },
    })
    const rows = page.items.map((one) => [
      one.id,
      moment(one.openedAt),
      one.severity,
      one.status,
      String(one.firing),
      one.service ?? '-',
      one.waitsFor ?? '-',
      one.title,
    ])
    const head = ['id', 'opened', 'severity', 'status', 'firing', 'service', 'waits for', 'title']
    terminal.show(table(head, rows, 'no incidents'))
    if (page.next !== null) terminal.show(`more: --after ${page.next}`)
    terminal.result(page)
    return EXIT.done
  },
}
