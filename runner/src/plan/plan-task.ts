/** Answers a request for a plan: with a plan that this runner signs, or with the reason why there is none. */
import type { Json } from '@countersign/core/kernel/json'
import type { Task } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import { signMachine } from '@countersign/crypto/machine-key'
import { say } from '../perform/small-tasks.ts'
import { usesOf } from '../perform/uses.ts'
import type { Workshop } from '../perform/workshop.ts'
import { refusal } from '../refusal.ts'
import { makePlan, type PlanAnswer } from './make-plan.ts'

type PlanTask = Extract<Task, { type: 'plan' }>

export async function planOnRequest(task: PlanTask, shop: Workshop): Promise<void> {
  const answer = await tryPlan(task, shop)
  if ('refused' in answer) {
    say({ type: 'not-planned', task: task.id, refused: answer.refused }, shop)
    return
  }
  const body = answer.plan as unknown as Json
  const signature = signMachine('countersign/plan/v1', body, shop.keys.privateKey)
  shop.outbox.report(
    { type: 'planned', task: task.id, plan: { plan: answer.plan, signature } },
    {
      type: 'planned',
      task: task.id,
      digest: digestOf('countersign/plan/v1', body),
      authors: answer.authors,
      preconditions: answer.runbook.preconditions,
      floors: task.request.floors,
      expiresAt: answer.plan.expiresAt,
    },
  )
}

async function tryPlan(task: PlanTask, shop: Workshop): Promise<PlanAnswer> {
  const now = shop.clock.now()
  const off = shop.clock.off()
  if (off !== null) return { refused: refusal('CLOCK_OFF', off) }
  const trust = shop.trust.current(now)
  if ('refused' in trust) return { refused: refusal('TRUST_STALE', trust.refused) }
  const { config, drivers, readRunbook, verify, timing } = shop
  return makePlan(task.request, {
    config,
    drivers,
    readRunbook,
    trust: trust.trust,
    now,
    verify,
    digestOf,
    observeMs: timing.observe,
    uses: usesOf(shop),
  })
}
