/**
 * What no policy file can weaken: unknown is never yes, what is held stays held, no set is emptied, and nothing that
 * cannot be undone runs without a person. They are clauses like all others and show in `because`.
 */
import type { Facts, FactValue } from '../facts/schema.ts'
import type { Clause, Outcome } from './policy.ts'

const builtin = (
  id: string,
  outcome: Outcome,
  source: string,
  reads: readonly string[],
  when: (values: Facts['values']) => boolean,
  says: string,
): Clause => ({
  id: `core:${id}`,
  says,
  outcome,
  when: (facts) => when(facts.values),
  source,
  reads,
  approvers: [],
  exceptions: 'none',
  evidence: [],
  retain: 0,
  owner: 'countersign',
})

const isYesOrNo = (value: FactValue) => value === 'yes' || value === 'no'

export const BUILTIN_CLAUSES: readonly Clause[] = [
  builtin(
    'held',
    'refuse',
    'hold.active',
    ['hold.active'],
    (values) => values['hold.active'] !== false,
    'Nothing runs while a hold covers it; a person resumes first.',
  ),
  builtin(
    'wrong-target',
    'refuse',
    'target.confirmed == "no"',
    ['target.confirmed'],
    (values) => values['target.confirmed'] === 'no',
    'The target is not what the proposal says it is, so nothing is done to it.',
  ),
  builtin(
    'target-not-known',
    'confirm',
    'target.confirmed == "unknown"',
    ['target.confirmed'],
    (values) => !isYesOrNo(values['target.confirmed']),
    'Nobody has confirmed that the target is the right one, so it does not run alone.',
  ),
  builtin(
    'precondition-failed',
    'refuse',
    'preconditions.verified == "no"',
    ['preconditions.verified'],
    (values) => values['preconditions.verified'] === 'no',
    'A precondition of the runbook does not hold, so it stops.',
  ),
  builtin(
    'preconditions-not-known',
    'confirm',
    'preconditions.verified == "unknown"',
    ['preconditions.verified'],
    (values) => !isYesOrNo(values['preconditions.verified']),
    'The preconditions were not observed, so it does not run alone.',
  ),
  builtin(
    'nothing-left',
    'refuse',
    'scope.remainingAfter == 0',
    ['scope.remainingAfter'],
    (values) => !((values['scope.remainingAfter'] as number) > 0),
    'Nothing may be left empty: no member would still serve afterwards, or nobody knows.',
  ),
  builtin(
    'no-undo',
    'confirm',
    'action.reversibility == "none" || !undo.available',
    ['action.reversibility', 'undo.available'],
    (values) => values['action.reversibility'] === 'none' || values['undo.available'] !== true,
    'What cannot be undone never runs without a person.',
  ),
]
