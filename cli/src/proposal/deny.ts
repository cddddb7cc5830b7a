/** Says no to the exact plan, with a reason that is part of what is signed. */
import { subjectDigest } from '@countersign/core/act/subject'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Command } from '../command.ts'
import { EXIT, refused } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { signAct } from '../signing/sign-act.ts'
import { openKey } from '../signing/ssh-key.ts'
import { needReason, SIGNING_OPTIONS, signerOf } from '../signing/who.ts'
import { fetchTrust } from '../trust/pinned.ts'

const HOUR = 3_600_000

export const command: Command = {
  words: ['ID'],
  options: {
    ...SIGNING_OPTIONS,
    reason: { value: 'TEXT', says: 'why; part of what is signed', required: true },
  },
  examples: [
    'countersign deny 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f --key ~/.ssh/id_ed25519 --reason "wrong zone"',
  ],
  async run(given, terminal) {
    const { client, pin } = openSession(given)
    const id = given.word(0)
    const reason = needReason(given.need('reason'))
    const trust = await fetchTrust(client, pin)
    const proposal = await client.getProposal({ params: { id } })
    const checked = checkPlan(proposal, trust, Date.now())
    if (checked === null)
      throw refused(`proposal ${id} has no plan (phase "${proposal.phase}")`, 'there is nothing to deny yet')
    const wanted = (proposal.asking?.missing ?? []).map(({ role }) => role)
    const choice = { person: given.text('person'), role: given.text('role'), wanted }
    const signer = signerOf(trust, openKey(given.need('key')), choice, Date.now())
    const signed = signAct(signer, {
      act: 'deny',
      subject: subjectDigest(digestOf, 'deny', { plan: checked.digest, reason }),
      site: trust.site,
      notAfter: Date.now() + HOUR,
    })
    const answer = await client.denyProposal({ params: { id }, body: { reason, signed }, ...once() })
    terminal.show(`denied as "${signer.person}" (${signer.role}); phase: ${answer.phase}`)
    terminal.result({ ...answer, person: signer.person, role: signer.role })
    return EXIT.done
  },
}
