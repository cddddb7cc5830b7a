/** An agent's token approves on no path, whatever it sends along. */
import type { Digest } from '@countersign/core/kernel/digest'
import { signAct, tokenOf } from '../stage/act.ts'
import { call } from '../stage/post.ts'
import type { Stage } from '../stage/stage.ts'
import { demand } from '../stage/until.ts'

/** Even with a person's good signature in hand. */
export async function askAgent(
  stage: Stage,
  proposal: string,
  plan: Digest,
  say: (line: string) => void,
): Promise<void> {
  const signed = signAct(stage, 'governance-1', { act: 'approve', subject: plan, role: 'governance' })
  const token = tokenOf(stage, 'agent')
  const one = `/v1/proposals/${proposal}`
  const reason = 'the agent says so'
  const paths: [string, object][] = [
    [`${one}/approvals`, { signed }],
    [`${one}/denials`, { reason, signed }],
    [`${one}/interrupts`, { how: 'abort', reason, signed }],
    ['/v1/holds', { scope: { kind: 'everything' }, reason, until: Date.now() + 60_000, signed }],
    [`/v1/holds/${proposal}/resume`, { signed }],
    [`/v1/incidents/${proposal}/take`, { reason, signed }],
    [`/v1/incidents/${proposal}/cause`, { cause: 'code', signed }],
    ['/v1/publications', { what: 'policy', id: 'default', text: 'version: 1', acts: [signed] }],
    ['/v1/log/reincarnations', { acts: [signed] }],
    ['/v1/runner/poll', {}],
    ['/v1/runner/reports', {}],
    ['/v1/signals/alertmanager', {}],
  ]
  for (const [path, body] of paths) {
    const { status, json } = await call(stage, { path, token, body })
    demand(status === 403, `the agent’s token on ${path} was answered with ${status}: ${json?.detail}`)
  }
  const shown = await stage.ask('plan', 'show', proposal)
  demand(shown.asking.signedBy.length === 1, 'a signature sent by the agent counts')
  say(`the agent’s token is refused on all ${paths.length} paths that people and machines act on`)
}
