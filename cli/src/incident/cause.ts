/** Records why the repairs did not help, after the breaker asked for it. */
import type { Command } from '../command.ts'
import { EXIT, usage } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { signAbout } from '../signing/sign-about.ts'
import { SIGNING_OPTIONS } from '../signing/who.ts'

const CAUSES = ['infrastructure', 'code', 'permissions', 'policy'] as const

export const command: Command = {
  words: ['ID', 'CAUSE'],
  options: SIGNING_OPTIONS,
  examples: ['countersign incident cause 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f code --key ~/.ssh/id_ed25519'],
  async run(given, terminal) {
    const session = openSession(given)
    const id = given.word(0)
    const cause = CAUSES.find((one) => one === given.word(1))
    if (cause === undefined) throw usage(`"${given.word(1)}" is not a cause`, `one of ${CAUSES.join(', ')}`)
    const signed = await signAbout(given, session, 'review', { proposal: id, finding: cause })
    const answer = await session.client.recordCause({ params: { id }, body: { cause, signed }, ...once() })
    terminal.show(`cause of incident ${id}: ${cause}`)
    terminal.result(answer)
    return EXIT.done
  },
}
