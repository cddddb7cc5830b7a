/** The tasks that touch no target: settling an undo right, and what is published or trusted. */
import { checkPublished, publishedDigest } from '@countersign/core/approval/published'
import type { Json } from '@countersign/core/kernel/json'
import type { Report, Task } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import { refusal } from '../refusal.ts'
import type { Workshop } from './workshop.ts'

/** Reports, and marks the task as answered. */
export function say(report: Report, shop: Workshop): void {
  shop.outbox.report(report, { type: 'answered', task: report.task })
}

export function accept(task: Task, shop: Workshop): void {
  say({ type: 'accepted', task: task.id }, shop)
}

export function settle(task: Extract<Task, { type: 'settled' }>, shop: Workshop): void {
  const run = shop.journal.state.executions.get(task.grant)
  if (run !== undefined && run.result !== null && !run.settled)
    shop.journal.append({ type: 'settled', grant: task.grant })
  accept(task, shop)
}

export function takeTrust(task: Extract<Task, { type: 'trust' }>, shop: Workshop): void {
  const answer = shop.trust.take(task.chain as unknown as Json[], shop.clock.now())
  if (!('refused' in answer)) {
    accept(task, shop)
    return
  }
  shop.log('trust-refused', { why: answer.refused })
  say({ type: 'not-planned', task: task.id, refused: refusal('TRUST_STALE', answer.refused) }, shop)
}

/** Nothing is kept of it: each plan request carries its runbook. This tells the server early whether it would pass. */
export function takeRunbook(task: Extract<Task, { type: 'runbook' }>, shop: Workshop): void {
  const now = shop.clock.now()
  const trust = shop.trust.current(now)
  const { id, digest, text, acts } = task.runbook
  const context = 'trust' in trust ? { trust: trust.trust, now, verify: shop.verify, digestOf } : null
  const published = context && checkPublished({ what: 'runbook', id, digest, acts }, context)
  if (published?.ok && publishedDigest(digestOf, 'runbook', text) === digest) {
    accept(task, shop)
    return
  }
  const says = published?.ok === false ? published.says : `runbook "${id}" does not pass here`
  say({ type: 'not-planned', task: task.id, refused: refusal('RUNBOOK_NOT_PUBLISHED', says) }, shop)
}
