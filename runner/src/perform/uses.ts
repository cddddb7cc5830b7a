/** What of this runner's own doings still stands open, and what kinds of acts a plan holds. */
import type { ActionKind } from '@countersign/core/facts/schema'
import type { UnsignedUse } from '@countersign/core/grant/envelope'
import type { Plan, SignedPlan } from '@countersign/core/plan/plan'
import type { Execution } from '../journal/state.ts'
import { handFor } from '../target.ts'
import type { Workshop } from './workshop.ts'

/** As the drivers declare them; a step without a driver has no kind, and so asks for the most. */
export function kindsOf({ plan }: SignedPlan, shop: Workshop): ActionKind[] {
  return plan.steps.map((step) => {
    const found = handFor(step, shop.config.targets, shop.drivers)
    return 'hand' in found ? found.hand.manifest.kind : 'other'
  })
}

export function usesOf(shop: Workshop): UnsignedUse[] {
  const unsigned = [...shop.journal.state.executions.values()].filter(({ by }) => by === 'envelope')
  return unsigned.map((run) => ({ runbook: run.plan.plan.runbook.id, at: run.at, open: isOpen(run) }))
}

/** Why a target of the plan must be left alone: another grant changes it, or may have and nobody has looked since. */
export function busyBecause(plan: Plan, ownGrant: string | null, shop: Workshop): string | null {
  const wanted = new Set(plan.steps.map(({ target }) => target))
  for (const run of shop.journal.state.executions.values()) {
    const { id } = run.grant.grant
    if (id === ownGrant || !isOpen(run)) continue
    const busy = run.plan.plan.steps.find(({ target }) => wanted.has(target))
    if (busy !== undefined) return `target "${busy.target}" is being changed under grant ${id}`
  }
  return null
}

function isOpen(run: Execution): boolean {
  return run.result === null || (run.undo !== null && run.undo.complete === null) || isUnseen(run)
}

/** It ended with a step whose effect nobody has seen. */
export function isUnseen(run: Execution): boolean {
  const phases = [...run.steps.values()].map(({ phase }) => phase)
  return run.result === 'unknown' && phases.some((phase) => phase === 'unknown' || phase === 'applying')
}
