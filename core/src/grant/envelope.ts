/**
 * The envelope: what a runner does on the server's word alone. It is the most that a stolen server gets, so each
 * bound comes from `runner.yaml`, the driver or the runner's own journal, and none from the server.
 */
import type { Duration, Instant } from '../kernel/instant.ts'
import type { Plan } from '../plan/plan.ts'
import type { UnsignedRule } from '../runner/config.ts'
import type { RunnerRefusal } from '../runner/protocol.ts'

/** An unsigned act of a runbook, from the runner's own journal. `open`: not finished yet. */
export type UnsignedUse = { runbook: string; at: Instant; open: boolean }

export type EnvelopeAnswer =
  | { inside: true; rule: UnsignedRule }
  | { inside: false; code: RunnerRefusal; says: string }

export function checkEnvelope(
  plan: Omit<Plan, 'demands'>,
  rules: readonly UnsignedRule[],
  uses: readonly UnsignedUse[],
  now: Instant,
): EnvelopeAnswer {
  const rule = rules.find(
    ({ runbook, digest }) => runbook === plan.runbook.id && digest === plan.runbook.digest,
  )
  if (rule === undefined)
    return outside(
      'RUNBOOK_NOT_ALLOWED',
      `runbook "${plan.runbook.id}" with digest ${plan.runbook.digest} may not run unsigned here`,
    )
  const why = neverUnsigned(plan) ?? outOfBounds(plan, rule)
  if (why !== null) return outside('OUTSIDE_ENVELOPE', why)
  const tooMany = overRate(rule, uses, now)
  return tooMany === null ? { inside: true, rule } : outside('RATE_EXCEEDED', tooMany)
}

function outside(code: RunnerRefusal, says: string): EnvelopeAnswer {
  return { inside: false, code, says }
}

/** What no setting can allow: it has no way back, or reaches beyond the ordinary operator. */
function neverUnsigned(plan: Omit<Plan, 'demands'>): string | null {
  if (plan.action.reversibility === 'none') return 'what cannot be undone never runs unsigned'
  if (plan.action.privileged) return 'privileged acts never run unsigned'
  const lacking = plan.steps.find(({ undo }) => undo === null)
  if (lacking !== undefined) return `step "${lacking.id}" has no undo, so it never runs unsigned`
  if (plan.targets.length === 0 || plan.steps.length === 0) return 'the plan names no target or no step'
  return null
}

function outOfBounds(plan: Omit<Plan, 'demands'>, rule: UnsignedRule): string | null {
  const foreign = plan.targets.find(({ id }) => !rule.targets.includes(id))
  if (foreign !== undefined) return `target "${foreign.id}" may not be changed unsigned by "${rule.runbook}"`
  const elsewhere = plan.steps.find(({ target }) => !rule.targets.includes(target))
  if (elsewhere !== undefined)
    return `step "${elsewhere.id}" goes to "${elsewhere.target}", outside the envelope`
  const unsure = plan.preconditions.find(({ holds }) => holds !== 'yes')
  if (unsure !== undefined)
    return `the precondition "${unsure.id}" was ${unsure.holds}, unsigned acts need yes`
  const { remainingDuring } = plan.scope
  if (remainingDuring === null) return 'how many members keep serving is unknown, which is never enough'
  if (remainingDuring < rule.floor)
    return `expected at least ${rule.floor} members to keep serving, got ${remainingDuring}`
  return null
}

function overRate(rule: UnsignedRule, uses: readonly UnsignedUse[], now: Instant): string | null {
  const mine = uses.filter(({ runbook }) => runbook === rule.runbook)
  const open = mine.filter((use) => use.open).length
  if (open >= rule.concurrency)
    return `${open} unsigned acts of "${rule.runbook}" are open, ${rule.concurrency} may be`
  const recent = mine.filter(({ at }) => within(at, now, rule.rate.within)).length
  if (recent < rule.rate.acts) return null
  return `${recent} unsigned acts of "${rule.runbook}" in ${rule.rate.within} ms, ${rule.rate.acts} may be`
}

/** A use that seems to lie in the future counts as recent: a clock that went back frees nothing. */
function within(at: Instant, now: Instant, window: Duration): boolean {
  return at > now - window
}
