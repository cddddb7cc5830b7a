/** People, roles and keys as the chain has them: from the server, checked against the pin, or from a file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@countersign/core/kernel/json'
import type { Trust } from '@countersign/core/trust/chain'
import type { Command, Given } from '../command.ts'
import { EXIT } from '../exit.ts'
import { FILES, readCliConfig } from '../folder/layout.ts'
import { shortDigest } from '../plan/show-plan.ts'
import { table } from '../terminal/table.ts'
import { moment } from '../terminal/time.ts'
import { visible } from '../terminal/visible.ts'
import { fetchTrust, verified } from './pinned.ts'

export const command: Command = {
  words: [],
  options: { local: { says: 'what the folder holds, without asking the server' } },
  examples: ['countersign trust show', 'countersign trust show --local'],
  async run(given, terminal) {
    const trust = await load(given)
    const { body, site } = trust
    terminal.show(`site ${shortDigest(site)} (${site}), trust/${body.version} of "${visible(body.name)}"`)
    terminal.show(
      `holds until ${moment(body.expiresAt)}; the next version needs ${body.quorum.people} people, one as ${visible(body.quorum.role)}`,
    )
    if (body.onePerson)
      terminal.show(terminal.colour('yellow', 'one-person install: nobody else checks what is signed'))
    terminal.show('')
    terminal.show(
      table(
        ['person', 'roles', 'key', 'until'],
        body.people.flatMap(({ id, roles, keys }) =>
          keys.map(({ key, notAfter }) => [id, roles.join(', '), key, moment(notAfter)]),
        ),
      ),
    )
    terminal.show('')
    terminal.show(
      table(
        ['machine', 'id', 'key', 'until'],
        [
          ...body.runners.map(({ id, key, notAfter }) => ['runner', id, key, moment(notAfter)]),
          ...body.grantKeys.map(({ id, key, notAfter }) => ['grants', id, key, moment(notAfter)]),
          ...body.logKeys.map(({ vkey, notAfter }) => ['log', '-', vkey, moment(notAfter)]),
          ...body.witnesses.map(({ vkey, notAfter }) => ['witness', '-', vkey, moment(notAfter)]),
        ],
      ),
    )
    terminal.result(trust)
    return EXIT.done
  },
}

async function load(given: Given): Promise<Trust> {
  if (given.flag('local')) {
    const { site } = readCliConfig(given.dir)
    return verified([JSON.parse(readFileSync(join(given.dir, FILES.genesis), 'utf8')) as Json], site)
  }
  const { openSession } = await import('../folder/session.ts')
  const { client, pin } = openSession(given)
  return fetchTrust(client, pin)
}
