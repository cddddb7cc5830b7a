/**
 * Weighs evidence: each independent source group counts once and is capped, in log-odds; a group that contradicts
 * itself counts as against. What could not be read supports nothing, and lowers the result.
 */
import type { Instant } from '../kernel/instant.ts'
import type { Evidence, Verdict } from './evidence.ts'

export type Assessment = {
  /** 0 to 1, from declared defaults that are not calibrated yet; in basis points where it is stored. */
  confidenceBp: number
  groups: number
  against: number
  unknown: number
  supporting: string[]
  opposing: string[]
}

/**
 * Log-odds of one group in tenths: supported, opposed, unreadable. Declared defaults, uncalibrated. Integers, so that
 * the sum does not depend on the order of the readings.
 */
const WEIGHT: Record<Verdict, number> = { supports: 16, against: -24, unknown: -4 }
/** Before any reading the claim is as likely as not. */
const PRIOR = 0

export function assess(items: readonly Evidence[], now: Instant): Assessment {
  const verdicts = new Map<string, Verdict>()
  for (const item of items) {
    const verdict = item.freshUntil <= now || item.observedAt > now ? 'unknown' : item.verdict
    verdicts.set(item.group, worst(verdicts.get(item.group), verdict))
  }
  const of = (wanted: Verdict) =>
    [...verdicts].filter(([, verdict]) => verdict === wanted).map(([group]) => group)
  const logOdds = [...verdicts.values()].reduce((sum, verdict) => sum + WEIGHT[verdict], PRIOR)
  const supporting = of('supports')
  const opposing = of('against')
  return {
    confidenceBp: Math.floor((supporting.length === 0 ? 0 : 1 / (1 + Math.exp(-logOdds / 10))) * 10_000),
    groups: supporting.length,
    against: opposing.length,
    unknown: of('unknown').length,
    supporting: supporting.sort(),
    opposing: opposing.sort(),
  }
}

/** Within one group the least convenient verdict stands. */
function worst(a: Verdict | undefined, b: Verdict): Verdict {
  if (a === undefined) return b
  if (a === 'against' || b === 'against') return 'against'
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'supports'
}
