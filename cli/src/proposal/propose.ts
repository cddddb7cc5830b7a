/** Proposes a published runbook; policy decides what happens next. */
import type { Client } from '@countersign/client/client'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { type Declared, parameters } from './parameters.ts'

export const command: Command = {
  words: ['RUNBOOK', 'NAME=VALUE...'],
  options: {
    reason: { value: 'TEXT', says: 'why; people see it as quoted text', required: true },
    incident: { value: 'ID', says: 'the incident it belongs to' },
    'state-version': { value: 'DIGEST', says: 'the state you saw; if it moved, nothing is planned' },
  },
  examples: ['countersign propose restart-service target=web1 --reason "it answers with 500 since 14:02"'],
  async run(given, terminal) {
    const { client } = openSession(given)
    const [runbook = '', ...words] = given.words
    const incident = given.text('incident')
    const expectedStateVersion = given.text('state-version') as Digest | null
    const answer = await client.makeProposal({
      body: {
        runbook,
        parameters: parameters(words, await declaredBy(client, runbook)),
        reason: given.need('reason'),
        ...(incident === null ? {} : { incident }),
        ...(expectedStateVersion === null ? {} : { expectedStateVersion }),
      },
      ...once(),
    })
    terminal.show(`proposal ${answer.proposal} (${answer.phase})`)
    terminal.show(`see: countersign plan show ${answer.proposal}`)
    terminal.result(answer)
    return EXIT.done
  },
}

/** The server checks; a runbook that cannot be read here leaves every value as text. */
async function declaredBy(client: Client, runbook: string): Promise<Declared> {
  const { items } = await client.listPublications({})
  const found = items.find(({ what, id }) => what === 'runbook' && id === runbook)
  if (found === undefined) return {}
  const { readRunbook } = await import('@countersign/language/runbook/read')
  const read = readRunbook(`${runbook}.yaml`, found.text)
  return 'value' in read ? read.value.parameters : {}
}
