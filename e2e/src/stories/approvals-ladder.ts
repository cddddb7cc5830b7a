/** Nobody answers: the next rung is asked, then the request is closed; its incident stays open. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tokenOf } from '../stage/act.ts'
import { call } from '../stage/post.ts'
import { recorded } from '../stage/recorded.ts'
import type { Stage } from '../stage/stage.ts'
import { demand } from '../stage/until.ts'
import { webhookOf } from './alerts.ts'
import { proposeName } from './propose-name.ts'
import { untilPhase } from './risky.ts'

export async function unanswered(stage: Stage, say: (line: string) => void): Promise<void> {
  const file = join(stage.dir, 'policies', 'default.yaml')
  const shipped = readFileSync(file, 'utf8')
  // Ahead of now, so that the reconciliation with Alertmanager leaves the alert alone meanwhile.
  const start = Date.now() + 600_000
  const alert = webhookOf({ alert: 'NobodyAnswers', fingerprint: `nobody-${start}`, startsAt: start })
  const path = '/v1/signals/alertmanager'
  const token = tokenOf(stage, 'alertmanager')
  const { json } = await call(stage, { path, token, body: alert('firing') })
  const incident = json.receipts[0].incident
  try {
    await publish(stage, file, withShortLadder(shipped))
    const proposal = await proposeName(stage, 'ladder.shop.test', ['--incident', incident])
    const closed = await untilPhase(stage, proposal, 'closed', 30_000)
    demand(closed.outcome === 'unanswered', `an unanswered request ended as "${closed.outcome}"`)
    const entries = (await recorded(stage)).filter(({ stream }) => stream === `proposal/${proposal}`)
    const rungs = entries.filter(({ type }) => type === 'approval-escalated').map(({ state }) => state.role)
    demand(rungs.join() === 'lead', `expected one escalation to "lead", got "${rungs.join()}"`)
    const shown = await stage.ask('incident', 'show', incident)
    demand(shown.status === 'open', `the incident of an unanswered request is "${shown.status}"`)
    say('nobody answered: the lead was asked too, then the request was closed; the incident stays open')
  } finally {
    await publish(stage, file, shipped)
    await call(stage, { path, token, body: alert('resolved') })
  }
}

/** The shipped policy with a ladder of two rungs of two seconds. */
function withShortLadder(policy: string): string {
  const rungs = policy
    .replace(/- \{ role: governance, after: 30m \}\n/, '')
    .replace(/(role: (?:sre|lead), after: )15m/g, '$12s')
  demand(/role: sre, after: 2s/.test(rungs) && /role: lead, after: 2s/.test(rungs), 'the ladder has moved')
  return rungs
}

async function publish(stage: Stage, file: string, text: string): Promise<void> {
  writeFileSync(file, text)
  const keys = ['sre-1', 'governance-1'] as const
  await stage.ask('policy', 'publish', file, ...keys.flatMap((person) => ['--key', stage.keyOf(person)]))
}
