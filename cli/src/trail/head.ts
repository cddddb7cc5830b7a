/** The newest checkpoint, its signature checked with the log keys of the pinned trust chain. */

import type { Trust } from '@countersign/core/trust/chain'
import { nodeCrypto } from '@countersign/crypto/node'
import { openNote, parseVkey } from '@countersign/trail/note'
import type { Command } from '../command.ts'
import { EXIT, refused } from '../exit.ts'
import { openSession } from '../folder/session.ts'
import { columns } from '../terminal/table.ts'
import { length } from '../terminal/time.ts'
import { fetchTrust } from '../trust/pinned.ts'
import { forIncarnations } from './auditor.ts'

export const command: Command = {
  words: [],
  options: {},
  examples: ['countersign trail head'],
  async run(given, terminal) {
    const { client, pin } = openSession(given)
    const trust = await fetchTrust(client, pin)
    const head = await client.getLogHead({})
    if (head.note !== null) checkNote(head.note, trust, head.incarnation)
    terminal.show(
      columns([
        ['state', head.state],
        ['says', head.says],
        ['origin', head.origin],
        ['size', String(head.size)],
        ['behind', length(head.behindMs)],
      ]),
    )
    if (head.note !== null)
      terminal.show(
        `\n${head.note.trimEnd()}\n\nsigned by a log key of trust/${trust.body.version}: keep it, it proves what was there`,
      )
    terminal.result(head)
    return head.state === 'rewound' ? EXIT.found : EXIT.done
  },
}

/** Throws where no key of the trust chain signed it. Returns the text of the checkpoint. */
export function checkNote(note: string, { body }: Trust, incarnation: number): string {
  const vkeys = body.logKeys.map(({ vkey }) => vkey)
  const named = forIncarnations({ vkeys, witnesses: [], quorum: 0 }, [incarnation]).vkeys
  const opened = openNote(
    nodeCrypto,
    note,
    named.map((vkey) => parseVkey(nodeCrypto, vkey)),
  )
  if ('refused' in opened)
    throw refused(`the checkpoint does not hold: ${opened.refused}`, 'tell whoever runs the server')
  if (opened.signers.length === 0)
    throw refused(
      `no log key of trust/${body.version} signed this checkpoint`,
      'tell whoever runs the server',
    )
  return opened.text
}
