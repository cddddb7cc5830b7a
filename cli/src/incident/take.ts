/** Takes an incident over: no repair of it starts by itself any more. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { signAbout } from '../signing/sign-about.ts'
import { needReason, SIGNING_OPTIONS } from '../signing/who.ts'

export const command: Command = {
  words: ['ID'],
  options: {
    ...SIGNING_OPTIONS,
    reason: { value: 'TEXT', says: 'why; part of what is signed', required: true },
  },
  examples: [
    'countersign incident take 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f --key ~/.ssh/id_ed25519 --reason "on it"',
  ],
  async run(given, terminal) {
    const session = openSession(given)
    const id = given.word(0)
    const reason = needReason(given.need('reason'))
    const signed = await signAbout(given, session, 'take', { proposal: id, reason })
    const answer = await session.client.takeIncident({ params: { id }, body: { reason, signed }, ...once() })
    terminal.show(`incident ${id} is yours: no repair of it starts by itself`)
    terminal.result(answer)
    return EXIT.done
  },
}
