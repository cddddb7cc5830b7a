/** Proposals, newest first. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { openSession } from '../folder/session.ts'
import { table } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'

export const command: Command = {
  words: [],
  options: {
    waiting: { says: 'only those that wait for a signature' },
    incident: { value: 'ID', says: 'only those of one incident' },
    phase: { value: 'PHASE', says: 'only those in this phase' },
    limit: { value: 'N', says: 'how many (default 50)' },
  },
  examples: ['countersign plan list --waiting'],
  async run(given, terminal) {
    const { client } = openSession(given)
    const query = Object.fromEntries(
      ['incident', 'phase', 'limit'].flatMap((name) => {
        const value = given.text(name)
        return value === null ? [] : [[name, value]]
      }),
    )
    const page = await client.listProposals({
      query: { ...query, ...(given.flag('waiting') ? { waiting: 'true' as const } : {}) },
    })
    const rows = page.items.map((one) => [
      one.id,
      moment(one.updatedAt),
      one.runbook,
      one.target ?? '-',
      one.outcome ?? one.phase,
      one.decision ?? '-',
      `${one.proposer.kind} ${one.proposer.id}`,
    ])
    terminal.show(
      table(['id', 'updated', 'runbook', 'target', 'phase', 'decision', 'proposer'], rows, 'no proposals'),
    )
    terminal.result(page)
    return EXIT.done
  },
}
