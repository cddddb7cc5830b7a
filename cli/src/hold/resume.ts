/** Lifts a hold: only a person does. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { signAbout } from '../signing/sign-about.ts'
import { SIGNING_OPTIONS } from '../signing/who.ts'

export const command: Command = {
  words: ['ID'],
  options: SIGNING_OPTIONS,
  examples: ['countersign resume 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f --key ~/.ssh/id_ed25519'],
  async run(given, terminal) {
    const session = openSession(given)
    const id = given.word(0)
    const signed = await signAbout(given, session, 'resume', { hold: id })
    const answer = await session.client.resumeHold({ params: { id }, body: { signed }, ...once() })
    terminal.show(`hold ${id} is lifted`)
    terminal.result(answer)
    return EXIT.done
  },
}
