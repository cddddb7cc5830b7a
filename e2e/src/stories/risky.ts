/** An agent proposes a DNS cutover of production: two people sign the exact plan, one alone does not move it. */
import type { Answer, PersonId, Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import type { Story } from './story.ts'

export const risky: Story = {
  name: 'risky',
  title: 'a production cutover runs only with two signatures, one from governance',
  needs: 'real',
  async play(stage, say) {
    const proposal = await proposeCutover(stage, ['10.78.0.14', '10.78.0.11'])
    say('an agent proposed to point www.shop.test at another set of addresses')
    await untilPhase(stage, proposal, 'asking')
    const shown = await stage.cli(['plan', 'show', proposal])
    say(shown.stdout.trimEnd())
    await sign(stage, proposal, 'sre-1', 'sre')
    const after = await stage.ask('plan', 'show', proposal)
    demand(after.phase === 'asking', `one signature moved it to "${after.phase}"`)
    say('one signature (demo key of sre-1) does not move it')
    await sign(stage, proposal, 'governance-1', 'governance')
    say('the second signature (demo key of governance-1) completes the quorum')
    const done = await untilPhase(stage, proposal, 'closed')
    demand(done.outcome === 'resolved', `expected "resolved", got "${done.outcome}": ${done.because}`)
    say('applied; both name servers serve the new set')
  },
}

/** Proposed with the agent's own token. */
export async function proposeCutover(stage: Stage, records: string[], more: string[] = []): Promise<string> {
  const answer = await stage.ask(
    'propose',
    'dns-change',
    'zone=shop',
    'name=www.shop.test',
    'type=A',
    'ttl=60',
    `records=${records.join(',')}`,
    '--reason',
    'move traffic away from the load balancer',
    '--token-file',
    `${stage.dir}/secrets/agent.token`,
    ...more,
  )
  return answer.proposal
}

export async function sign(stage: Stage, proposal: string, person: PersonId, role: string): Promise<void> {
  await stage.ask(
    'approve',
    proposal,
    '--key',
    stage.keyOf(person),
    '--person',
    person,
    '--role',
    role,
    '--yes',
  )
}

export function untilPhase(
  stage: Stage,
  proposal: string,
  phase: string,
  timeoutMs = 60_000,
): Promise<Answer> {
  return until(
    `proposal ${proposal} becomes "${phase}"`,
    async () => {
      const shown = await stage.ask('plan', 'show', proposal)
      if (shown.phase === 'closed' && phase !== 'closed')
        throw new Error(`it closed as "${shown.outcome}": ${shown.because}`)
      return shown.phase === phase ? shown : null
    },
    timeoutMs,
  )
}
