import { FACTS } from '@countersign/core/facts/schema'
import { describe, expect, test } from 'vitest'
import { checkRule } from './check.ts'

const problemsOf = (text: string) => {
  const checked = checkRule(text, FACTS)
  return 'problems' in checked ? checked.problems : []
}

describe('accepts', () => {
  test.each([
    'hold.active',
    '!undo.available && scope.targets > 1',
    'action.reversibility == "none" || !undo.available',
    'target.environment in [\'production\', "unknown"]',
    '1 < scope.targets',
    'evidence.confidence >= 1',
    'time.peak ? scope.targets > 1 : scope.targets > 10',
    'true == hold.active',
    '(((hold.active)))',
  ])('%s', (text) => expect(problemsOf(text)).toEqual([]))
})

describe('refuses', () => {
  test.each([
    { text: 'incident.severity == "hgh"', at: 21, says: '"hgh" is not one of', hint: 'use one of' },
    {
      text: 'incident.severity == "critcal"',
      at: 21,
      says: 'is not one of',
      hint: 'did you mean "critical"?',
    },
    {
      text: 'target.environment in ["production", "stagging"]',
      at: 37,
      says: 'is not one of',
      hint: '"staging"',
    },
    { text: 'target.enviroment == "production"', at: 0, says: 'no fact', hint: '"target.environment"' },
    { text: 'hold.active && scop.targets > 1', at: 15, says: 'no fact', hint: '"scope.targets"' },
    { text: 'scope.targets', at: 0, says: 'not a yes or no', hint: 'limit' },
    { text: 'hold.active > 1', at: 0, says: 'yes or no', hint: '!hold.active' },
    { text: 'hold.active == "true"', at: 0, says: 'yes or no', hint: 'write' },
    { text: 'scope.targets > 1.5', at: 16, says: 'whole numbers', hint: 'write 2' },
    { text: 'scope.targets > "1"', at: 16, says: 'is a number', hint: 'runs from' },
    { text: 'scope.targets > true', at: 16, says: 'is a number', hint: 'runs from' },
    { text: 'evidence.confidence < 80', at: 22, says: 'outside the range', hint: 'write 0.8 for 80 %' },
    { text: 'evidence.confidence == 0.8', at: 23, says: 'hardly ever equal', hint: '>=' },
    { text: 'scope.targets >= 0', at: 17, says: 'always true', hint: 'runs from' },
    { text: 'scope.targets < 0', at: 16, says: 'never true', hint: 'runs from' },
    { text: 'scope.targets > -1', at: 16, says: 'outside the range', hint: 'runs from' },
    { text: 'incident.severity > "major"', at: 0, says: 'no ">"', hint: 'in [' },
    { text: 'target.environment in []', at: 22, says: 'never true', hint: 'name the values' },
    { text: 'target.environment in "production"', at: 22, says: 'list', hint: 'in [' },
    { text: 'target.environment in ["production", "production"]', at: 37, says: 'twice', hint: 'take' },
    { text: 'scope.targets in [1, 2]', at: 0, says: 'does not hold words', hint: 'compare' },
    {
      text: 'scope.targets == scope.services',
      at: 17,
      says: 'a fact is compared with a fact',
      hint: 'value',
    },
    { text: 'scope.targets + 1 > 3', at: 0, says: 'arithmetic', hint: 'use' },
    { text: 'target.environment.matches("^(a+)+$")', at: 0, says: 'a function call', hint: 'use' },
    { text: '[1, 2].exists(x, x > 1)', at: 0, says: 'a function call', hint: 'use' },
    { text: 'size(target.environment) > 1', at: 0, says: 'a function call', hint: 'use' },
    { text: 'has(hold.active)', at: 0, says: 'not needed', hint: 'risky pole' },
    { text: 'target["environment"] == "production"', at: 0, says: 'an index', hint: 'use' },
    { text: 'true', at: 0, says: 'a value', hint: 'use' },
    { text: '"a" == "a"', at: 0, says: 'a value stands', hint: 'compare a fact' },
    { text: 'hold.active &&', at: 14, says: 'not a rule', hint: 'facts against values' },
    { text: 'hold.active & time.peak', at: 12, says: 'not a rule', hint: 'facts' },
    { text: 'hold.active == "x', at: 15, says: 'not a rule', hint: 'facts' },
    { text: '', at: 0, says: 'not a rule', hint: 'facts' },
    { text: 'toString', at: 0, says: 'no fact', hint: 'schema' },
    { text: `${'!'.repeat(300)}hold.active`, at: 0, says: 'not a rule', hint: 'facts' },
  ])('$text', ({ text, at, says, hint }) => {
    const [first, ...others] = problemsOf(text)
    expect(others).toEqual([])
    expect(first?.message).toContain(says)
    expect(first?.hint).toContain(hint)
    if (text.length < 100) expect(first?.start).toBe(at)
  })

  test('several problems of one rule at once', () => {
    expect(
      problemsOf('scop.targets > 1 || incident.severity == "hgh" || evidence.confidence < 80'),
    ).toHaveLength(3)
  })
})
