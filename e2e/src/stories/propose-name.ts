/** An agent proposes a name that is not there yet; it ends in a request for signatures. */
import type { Stage } from '../stage/stage.ts'
import { untilPhase } from './risky.ts'

/** A new name in production: policy asks two people, one of them from governance. */
export async function proposeName(stage: Stage, name: string, more: string[] = []): Promise<string> {
  const words = ['zone=shop', `name=${name}`, 'type=A', 'ttl=60', 'records=10.78.0.11']
  const agent = ['--token-file', `${stage.dir}/secrets/agent.token`]
  const answer = await stage.ask(
    'propose',
    'dns-change',
    ...words,
    '--reason',
    'a new name',
    ...agent,
    ...more,
  )
  await untilPhase(stage, answer.proposal, 'asking')
  return answer.proposal
}
