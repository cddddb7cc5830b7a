/** Stepping in between two steps: abort, reverse and take differ in one word only. */
import type { Client } from '@countersign/client/client'
import { type About, subjectDigest } from '@countersign/core/act/subject'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { signAct } from '../signing/sign-act.ts'
import { openKey } from '../signing/ssh-key.ts'
import { needReason, SIGNING_OPTIONS, signerOf } from '../signing/who.ts'
import { fetchTrust } from '../trust/pinned.ts'

export type How = 'abort' | 'reverse' | 'take'

const HOUR = 3_600_000

export function interrupt(how: How): Command {
  return {
    words: ['ID'],
    options: {
      ...SIGNING_OPTIONS,
      reason: { value: 'TEXT', says: 'why; part of what is signed', required: true },
    },
    examples: [
      `countersign ${how} 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f --key ~/.ssh/id_ed25519 --reason "I go in by hand"`,
    ],
    async run(given, terminal) {
      const { client, pin } = openSession(given)
      const id = given.word(0)
      const reason = needReason(given.need('reason'))
      const trust = await fetchTrust(client, pin)
      const choice = { person: given.text('person'), role: given.text('role'), wanted: ['sre'] }
      const signer = signerOf(trust, openKey(given.need('key')), choice, Date.now())
      const signed = signAct(signer, {
        act: how,
        subject: subjectDigest(digestOf, how, await aboutOf(client, id, reason)),
        site: trust.site,
        notAfter: Date.now() + HOUR,
      })
      const body = { how, reason, signed }
      const answer = await client.interruptProposal({ params: { id }, body, ...once() })
      terminal.show(`"${how}" signed as "${signer.person}" (${signer.role}); phase: ${answer.phase}`)
      terminal.result({ ...answer, how, person: signer.person, role: signer.role })
      return EXIT.done
    },
  }
}

/** The act names the grant where something runs or ran; before there is one, the proposal. */
async function aboutOf(client: Client, id: string, reason: string): Promise<About> {
  const { grant } = await client.getProposal({ params: { id } })
  return grant === null ? { proposal: id, reason } : { grant, reason }
}
