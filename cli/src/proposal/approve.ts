/**
 * Countersigns the exact plan. Everything that is signed was checked on this machine first: the trust chain against
 * the pin, the runner's signature, the digest of what is shown.
 */

import type { Trust } from '@countersign/core/trust/chain'
import type { Command, Given } from '../command.ts'
import { EXIT, refused } from '../exit.ts'
import { once, openSession } from '../folder/session.ts'
import { type CheckedPlan, checkPlan, type Proposal } from '../plan/check-plan.ts'
import { shortDigest } from '../plan/show-plan.ts'
import { needs, proposalText } from '../plan/show-proposal.ts'
import { type Signer, signAct } from '../signing/sign-act.ts'
import { openKey } from '../signing/ssh-key.ts'
import { SIGNING_OPTIONS, signerOf } from '../signing/who.ts'
import { ask, needPerson } from '../terminal/ask.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { moment } from '../terminal/time.ts'
import { fetchTrust } from '../trust/pinned.ts'

/** An approval that is not used soon is worthless, whatever the plan allows. */
const LONGEST_MS = 3_600_000

export const command: Command = {
  words: ['ID'],
  options: { ...SIGNING_OPTIONS, yes: { says: 'sign without asking; what is signed is shown all the same' } },
  examples: ['countersign approve 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f --key ~/.ssh/id_ed25519'],
  async run(given, terminal) {
    if (!given.flag('yes')) needPerson(terminal, '--yes')
    const { client, pin } = openSession(given)
    const id = given.word(0)
    const trust = await fetchTrust(client, pin)
    const proposal = await client.getProposal({ params: { id } })
    const now = Date.now()
    const checked = signable(proposal, checkPlan(proposal, trust, now), now)
    const signer = signerFor(given, trust, proposal, checked, now)
    const text = proposalText(proposal, checked, now, terminal.colour)
    if (terminal.json) terminal.tell(text)
    else terminal.show(text)
    if (!given.flag('yes')) await confirm(terminal, checked.digest, signer)
    const notAfter = Math.min(checked.plan.expiresAt, Date.now() + LONGEST_MS)
    const signed = signAct(signer, { act: 'approve', subject: checked.digest, site: trust.site, notAfter })
    const answer = await client.approveProposal({ params: { id }, body: { signed }, ...once() })
    terminal.show('')
    terminal.show(
      terminal.colour(
        'green',
        `signed as "${signer.person}" (${signer.role}), good until ${moment(notAfter)}`,
      ),
    )
    terminal.show(
      answer.missing.length === 0 ? 'nobody else has to sign' : `still missing: ${needs(answer.missing)}`,
    )
    terminal.result({ ...answer, person: signer.person, role: signer.role, plan: checked.digest })
    return EXIT.done
  },
}

function signable(proposal: Proposal, checked: CheckedPlan | null, now: number): CheckedPlan {
  if (checked === null)
    throw refused(
      `proposal ${proposal.id} has no plan (phase "${proposal.phase}")`,
      'there is nothing to sign yet',
    )
  if (proposal.asking === null)
    throw refused(
      `proposal ${proposal.id} does not ask for signatures (phase "${proposal.phase}")`,
      'see `countersign plan show`',
    )
  if (checked.plan.expiresAt <= now)
    throw refused(`the plan expired at ${moment(checked.plan.expiresAt)}`, 'propose it anew')
  const [limit] = checked.plan.limits
  if (limit !== undefined)
    throw refused(
      `the plan hits the limit "${limit.id}": limit ${limit.limit}, actual ${limit.actual}`,
      'no approval lifts a limit; propose something smaller',
    )
  return checked
}

/** Finds out here what the server would refuse, before anyone types a passphrase. */
function signerFor(
  given: Given,
  trust: Trust,
  { asking }: Proposal,
  { plan }: CheckedPlan,
  now: number,
): Signer {
  const choice = {
    person: given.text('person'),
    role: given.text('role'),
    wanted: (asking?.missing ?? []).map(({ role }) => role),
  }
  const signer = signerOf(trust, openKey(given.need('key')), choice, now)
  if (plan.proposer.kind === 'person' && plan.proposer.id === signer.person && !trust.body.onePerson)
    throw refused(`"${signer.person}" proposed it and cannot approve it`, 'ask somebody else')
  if (asking?.signedBy.some(({ person }) => person === signer.person))
    throw refused(
      `"${signer.person}" signed already; each person counts once`,
      `still missing: ${needs(asking.missing)}`,
    )
  return signer
}

async function confirm(terminal: Terminal, digest: string, { person, role }: Signer): Promise<void> {
  terminal.tell('')
  terminal.tell(
    `You sign as "${person}" (${role}). Type the first 8 digits of the plan digest to approve it.`,
  )
  const typed = await ask(terminal, 'digest:', '--yes')
  if (typed.toLowerCase().replace(/^sha256:/, '') !== shortDigest(digest))
    throw refused(
      `expected ${shortDigest(digest)}, got "${typed}": nothing was signed`,
      'look again, then decide',
    )
}
