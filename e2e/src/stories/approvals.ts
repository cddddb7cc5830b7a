/** Who may say yes: every way in which a signature does not count is tried, and each is refused with its rule. */
import { randomBytes } from 'node:crypto'
import type { ActName, SignedAct } from '@countersign/core/act/act'
import type { Digest } from '@countersign/core/kernel/digest'
import { aboutOf, signAct, tokenOf } from '../stage/act.ts'
import { call } from '../stage/post.ts'
import { recorded } from '../stage/recorded.ts'
import type { Answer, PersonId, Stage } from '../stage/stage.ts'
import { demand } from '../stage/until.ts'
import { askAgent } from './approvals-agent.ts'
import { unanswered } from './approvals-ladder.ts'
import { unsigned } from './approvals-unsigned.ts'
import { proposeName } from './propose-name.ts'
import { untilPhase } from './risky.ts'
import type { Story } from './story.ts'

export const approvals: Story = {
  name: 'approvals',
  title: 'a signature counts only for what it is about, from whom it is, and once',
  needs: 'real',
  async play(stage, say) {
    await denied(stage, say)
    const proposal = await proposeName(stage, 'approvals.shop.test')
    const plan = await planOf(stage, proposal)
    await misused(stage, proposal, plan, say)
    await once(stage, proposal, plan, say)
    await askAgent(stage, proposal, plan, say)
    await over(stage, proposal, plan, say)
    await unanswered(stage, say)
    await unsigned(stage, say)
  },
}

export async function planOf(stage: Stage, proposal: string): Promise<Digest> {
  const { json } = await call(stage, {
    method: 'GET',
    path: `/v1/proposals/${proposal}`,
    token: tokenOf(stage, 'cli'),
  })
  return json.plan.digest
}

export type Sent = { status: number; json: Answer }

export function approve(stage: Stage, proposal: string, signed: SignedAct): Promise<Sent> {
  const path = `/v1/proposals/${proposal}/approvals`
  const idempotencyKey = randomBytes(8).toString('hex')
  return call(stage, { path, token: tokenOf(stage, 'cli'), body: { signed }, idempotencyKey })
}

export async function refusedWith(code: string, sent: Promise<Sent>, what: string): Promise<void> {
  const { status, json } = await sent
  const got = `${status} ${json?.says ?? json?.code}`
  demand(got === code, `${what}: expected ${code}, got ${got}: ${json?.detail}`)
}

async function denied(stage: Stage, say: (line: string) => void): Promise<void> {
  const proposal = await proposeName(stage, 'denied.shop.test')
  const key = stage.keyOf('sre-1')
  await stage.ask('deny', proposal, '--key', key, '--person', 'sre-1', '--reason', 'nobody needs this name')
  const closed = await untilPhase(stage, proposal, 'closed')
  demand(closed.outcome === 'denied', `a denial ended as "${closed.outcome}"`)
  const entries = (await recorded(stage)).filter(({ stream }) => stream === `proposal/${proposal}`)
  demand(
    entries.some(({ type, state }) => type === 'denied' && state.signed.person === 'sre-1'),
    `the denial is not in the trail: ${entries.map(({ type }) => type).join(', ')}`,
  )
  demand(!entries.some(({ type }) => type === 'granted'), 'what was denied got a grant')
  say('denied with a reason: it is over, and the signed denial is in the trail')
}

/** Each of these differs from a good approval in one thing. */
async function misused(
  stage: Stage,
  proposal: string,
  plan: Digest,
  say: (line: string) => void,
): Promise<void> {
  const good = { act: 'approve' as ActName, subject: plan, role: 'sre' }
  const from = (person: PersonId, changes: object): SignedAct =>
    signAct(stage, person, { ...good, ...changes })
  const denial = aboutOf('deny', { plan, reason: 'no' })
  const no = from('sre-1', { act: 'deny', subject: denial })
  const zeros: Digest = `sha256:${'0'.repeat(64)}`
  const rows: [string, SignedAct, string][] = [
    ['a denial posted as an approval', no, '422 ACT_OTHER'],
    [
      'its signature under an approval',
      { ...from('sre-1', {}), signature: no.signature },
      '422 SIGNATURE_WRONG',
    ],
    [
      'an approval signed in the namespace of denials',
      from('sre-1', { namespace: 'deny@countersign' }),
      '422 SIGNATURE_WRONG',
    ],
    ['an approval for another site', from('sre-1', { site: zeros }), '422 ACT_OTHER_SITE'],
    ['an approval of another plan', from('sre-1', { subject: zeros }), '422 ACT_OTHER_SUBJECT'],
    ['an approval that has expired', from('sre-1', { notAfter: Date.now() - 1000 }), '422 ACT_EXPIRED'],
    ['a role that is not held', from('sre-2', { role: 'governance' }), '422 ROLE_NOT_HELD'],
    ['somebody else’s name', { ...from('sre-2', {}), person: 'sre-1' }, '422 KEY_NOT_THEIRS'],
  ]
  for (const [what, signed, code] of rows) await refusedWith(code, approve(stage, proposal, signed), what)
  const shown = await stage.ask('plan', 'show', proposal)
  demand(shown.phase === 'asking', `signatures that do not count moved it to "${shown.phase}"`)
  const refusals = (await recorded(stage)).filter(
    ({ stream, type }) => stream === `proposal/${proposal}` && type === 'approval-refused',
  )
  demand(refusals.length === rows.length, `${rows.length} were refused, ${refusals.length} are in the trail`)
  say(`refused and recorded: ${rows.map(([what]) => what).join(', ')}`)
}

async function once(
  stage: Stage,
  proposal: string,
  plan: Digest,
  say: (line: string) => void,
): Promise<void> {
  const act = { act: 'approve' as const, subject: plan, role: 'sre' }
  const signed = signAct(stage, 'sre-1', act)
  const first = await approve(stage, proposal, signed)
  demand(first.status === 201, `a good approval was answered with ${first.status}: ${first.json?.detail}`)
  const repeated = await approve(stage, proposal, signed)
  demand(repeated.status === 201, `the same act again was answered with ${repeated.status}`)
  const { asking } = await stage.ask('plan', 'show', proposal)
  demand(asking?.signedBy?.length === 1, 'the same act again counted as a second signature')
  const again = signAct(stage, 'sre-1', { ...act, role: 'lead' })
  await refusedWith('422 SIGNED_ALREADY', approve(stage, proposal, again), 'the same person in another role')
  const { phase } = await stage.ask('plan', 'show', proposal)
  demand(phase === 'asking', `one person alone moved it to "${phase}"`)
  say('one person counts once: neither the same act nor another role of theirs is a second signature')
}

/** The proposal is ended by a person; what comes afterwards is refused, and recorded all the same. */
async function over(
  stage: Stage,
  proposal: string,
  plan: Digest,
  say: (line: string) => void,
): Promise<void> {
  const key = stage.keyOf('governance-1')
  await stage.ask('deny', proposal, '--key', key, '--person', 'governance-1', '--reason', 'not this week')
  await untilPhase(stage, proposal, 'closed')
  const late = signAct(stage, 'governance-1', { act: 'approve', subject: plan, role: 'governance' })
  await refusedWith('409 CONFLICT', approve(stage, proposal, late), 'an approval after the end')
  const { outcome } = await stage.ask('plan', 'show', proposal)
  demand(outcome === 'denied', `a late approval turned "denied" into "${outcome}"`)
  const entries = (await recorded(stage)).filter(({ stream }) => stream === `proposal/${proposal}`)
  demand(entries.at(-1)?.state.code === 'NOT_ASKED', 'the late approval is not in the trail')
  say('an approval of what is over: refused, and recorded')
}
