/** The risk class of an action: the riskiest rule that fires; none: `guarded`; a rule that cannot tell: `critical`. */
import type { Facts } from '../facts/schema.ts'
import { type Policy, RISK_CLASSES, type RiskClass } from './policy.ts'

export function classify(policy: Policy, facts: Facts): { risk: RiskClass; because: string[] } {
  let rank = -1
  let because: string[] = []
  const add = (one: RiskClass, says: string) => {
    const its = RISK_CLASSES.indexOf(one)
    if (its > rank) because = []
    if (its >= rank && !because.includes(says)) because.push(says)
    rank = Math.max(rank, its)
  }
  for (const rule of policy.risk) {
    try {
      if (rule.when(facts)) add(rule.class, rule.says)
    } catch (error) {
      add('critical', `${rule.says} (could not be told: ${String(error)})`)
    }
  }
  return { risk: RISK_CLASSES[rank] ?? 'guarded', because: because.sort() }
}
