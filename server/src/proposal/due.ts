/** When a proposal wants attention next: the truth that the reconciler goes by, jobs are only hints. */
import type { Instant } from '@countersign/core/kernel/instant'
import { next } from '@countersign/core/proposal/next'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type { Context } from '../context.ts'
import { steering } from './steering.ts'

/** Null: it waits for nothing that time brings. */
export function dueAt(state: Proposal, now: Instant, context: Context): Instant | null {
  const step = next(state, steering(state, now, context))
  if (step.do === 'nothing') return null
  return step.do === 'wait' ? step.until : now
}
