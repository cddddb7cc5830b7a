/** Shows a proposal with its plan, checked as an approver would. */
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { openSession } from '../folder/session.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { proposalText } from '../plan/show-proposal.ts'
import { fetchTrust } from '../trust/pinned.ts'

export const command: Command = {
  words: ['ID'],
  options: {},
  examples: ['countersign plan show 0192f3a0-5b1c-7c3e-9d2f-3a4b5c6d7e8f'],
  async run(given, terminal) {
    const { client, pin } = openSession(given)
    const trust = await fetchTrust(client, pin)
    const proposal = await client.getProposal({ params: { id: given.word(0) } })
    const now = Date.now()
    const checked = checkPlan(proposal, trust, now)
    terminal.show(proposalText(proposal, checked, now, terminal.colour))
    if (checked !== null)
      terminal.show(
        `\nchecked here: digest computed anew, signed by runner "${checked.plan.runner}" of trust/${trust.body.version}`,
      )
    terminal.result(proposal)
    return EXIT.done
  },
}
