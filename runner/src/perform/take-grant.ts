/** Decides whether to start: all checks of core, then a last look at the target, then the line that uses the grant. */

import { checkGrant, type GrantAnswer } from '@countersign/core/grant/check'
import type { SignedGrant } from '@countersign/core/grant/grant'
import { readSignedGrant } from '@countersign/core/grant/read-grant'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Json } from '@countersign/core/kernel/json'
import type { SignedPlan } from '@countersign/core/plan/plan'
import type { Refused, Task } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import { verifyMachine } from '@countersign/crypto/machine-key'
import type { Execution } from '../journal/state.ts'
import { refusal } from '../refusal.ts'
import { handFor } from '../target.ts'
import { lookBefore } from './ready.ts'
import { busyBecause, kindsOf, usesOf } from './uses.ts'
import type { Workshop } from './workshop.ts'

type ExecuteTask = Extract<Task, { type: 'execute' }>

/** The started execution, or null: the refusal stands in the journal and is on its way to the server. */
export async function takeGrant(task: ExecuteTask, shop: Workshop): Promise<Execution | null> {
  const read = readSignedGrant(task.grant as unknown as Json)
  if ('refused' in read) return refuse(task, refusal('GRANT_SIGNATURE', read.refused), shop)
  const { signed } = read
  const first = checks(task.plan, signed, shop)
  if (!first.ok) return refuse(task, first.refused, shop)
  const against = await lookAtFirst(task.plan, first.by, shop)
  // Looking takes time: what was allowed before may not be any more. From here to the journal nothing waits.
  const again = checks(task.plan, signed, shop)
  if (!again.ok) return refuse(task, again.refused, shop)
  if (against !== null) return refuseAfterLook(task, signed, against, shop)
  const { id } = signed.grant
  shop.outbox.report(
    { type: 'started', task: task.id, grant: id, at: shop.clock.now() },
    { type: 'granted', task: task.id, plan: task.plan, grant: signed, by: again.by },
  )
  return shop.journal.state.executions.get(id) ?? null
}

function checks(plan: SignedPlan, signed: SignedGrant, shop: Workshop): GrantAnswer {
  const wrong = notNow(plan, shop)
  if (wrong !== null) return { ok: false, refused: wrong }
  const { journal, config, clock, keys } = shop
  const now = clock.now()
  const trust = shop.trust.current(now)
  if ('refused' in trust) return { ok: false, refused: refusal('TRUST_STALE', trust.refused) }
  const { usedGrants, usedNonces, plans } = journal.state
  const planned = (digest: Digest) => plans.get(digest) ?? null
  const context = {
    runner: config.id,
    trust: trust.trust,
    now,
    ownKey: keys.publicKey,
    usedGrants,
    usedNonces,
    planned,
    kinds: kindsOf(plan, shop),
    onePersonKinds: config.signed.one,
    rules: config.unsigned,
    uses: usesOf(shop),
  }
  return checkGrant({ plan, signed }, context, { verify: shop.verify, verifyMachine, digestOf })
}

/** What has nothing to do with the grant: hold, clock, silence, a target that is being worked on. */
function notNow({ plan }: SignedPlan, shop: Workshop): Refused | null {
  const off = shop.clock.off()
  if (off !== null) return refusal('CLOCK_OFF', off)
  if (shop.hold.isHeld()) return refusal('HELD', `the hold file ${shop.config.holdFile} is there`)
  const busy = busyBecause(plan, null, shop)
  return busy === null ? null : refusal('BUSY', busy)
}

async function lookAtFirst(
  plan: SignedPlan,
  by: 'people' | 'envelope',
  shop: Workshop,
): Promise<Refused | null> {
  const planned = plan.plan.steps[0]
  if (planned === undefined) return refusal('PLAN_CHANGED', 'the plan has no steps')
  const found = handFor(planned, shop.config.targets, shop.drivers)
  if ('refused' in found) return refusal(found.refused.code, found.refused.says)
  const look = await lookBefore(planned, found.hand, { plan, by }, shop)
  return look.ready === 'no' ? look.refused : null
}

function refuse(task: ExecuteTask, refused: Refused, shop: Workshop): null {
  const grant = task.grant.grant.id
  shop.outbox.report(
    { type: 'not-started', task: task.id, grant, refused },
    { type: 'answered', task: task.id },
  )
  return null
}

/** The target moved: the grant and its signatures are used up, so that it cannot move back and be acted on. */
function refuseAfterLook(task: ExecuteTask, signed: SignedGrant, refused: Refused, shop: Workshop): null {
  const nonces = signed.acts.map(({ act }) => act.nonce)
  shop.outbox.report(
    { type: 'not-started', task: task.id, grant: signed.grant.id, refused },
    { type: 'answered', task: task.id },
    { type: 'burnt', grant: signed.grant.id, nonces },
  )
  return null
}
