/** Sets a hold: new acts stop, running ones stop between two steps. Its end pages somebody; it never lifts by itself. */
import type { Command, Given } from '../command.ts'
import { EXIT, usage } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { signAbout } from '../signing/sign-about.ts'
import { needReason, SIGNING_OPTIONS } from '../signing/who.ts'
import { duration, moment, parseMoment } from '../terminal/time.ts'
import { parseScope, scopeText } from './scope.ts'

export const command: Command = {
  words: ['SCOPE'],
  options: {
    ...SIGNING_OPTIONS,
    reason: { value: 'TEXT', says: 'why; part of what is signed', required: true },
    for: { value: 'TIME', says: 'until somebody must look again: 2h' },
    until: { value: 'MOMENT', says: 'the same as a moment in UTC: 2030-12-20T18:00Z' },
  },
  examples: [
    'countersign hold everything --key ~/.ssh/id_ed25519 --for 2h --reason "data centre move"',
    'countersign hold service:web --key ~/.ssh/id_ed25519 --for 30m --reason "I debug web by hand"',
  ],
  async run(given, terminal) {
    const scope = parseScope(given.word(0))
    const reason = needReason(given.need('reason'))
    const until = endOf(given)
    const session = openSession(given)
    const signed = await signAbout(given, session, 'hold', { scope, reason, until })
    const hold = await session.client.setHold({ body: { scope, reason, until, signed }, ...once() })
    terminal.show(`${scopeText(scope)} is held by "${hold.person}": hold ${hold.id}`)
    terminal.show(
      `at ${moment(hold.until)} somebody is paged; it holds until \`countersign resume ${hold.id}\``,
    )
    terminal.result(hold)
    return EXIT.done
  },
}

function endOf(given: Given): number {
  const [lasts, until] = [given.text('for'), given.text('until')]
  if ((lasts === null) === (until === null))
    throw usage('when does the hold end?', 'give either --for TIME or --until MOMENT')
  const at = lasts !== null ? Date.now() + duration(lasts) : parseMoment(until ?? '')
  if (at <= Date.now()) throw usage(`${moment(at)} is over`, 'name a moment that is still to come')
  return at
}
