import { describe, expect, test } from 'vitest'
import { DIGEST, fileText } from '../testing/shipped.ts'
import { readPolicy } from './read.ts'

const { text: SHIPPED } = fileText('policies/default.yaml')
const read = (text: string) => readPolicy('p.yaml', text, () => DIGEST)
/** The shipped policy with one more clause. */
const withClause = (lines: string) =>
  read(
    `${SHIPPED}\n  - id: extra\n    says: One more clause for a test.\n    retain: 1y\n    owner: sre\n${lines}`,
  )
const problemsOf = (given: ReturnType<typeof read>) => ('problems' in given ? given.problems : [])

describe('a clause is refused when', () => {
  test.each([
    {
      name: 'it exempts the unknown',
      lines: '    outcome: confirm\n    when: target.environment == "production"',
      says: 'can stop firing when target.environment',
      hint: '["staging", "production", "unknown"]',
    },
    {
      name: 'it exempts the certain',
      lines: '    outcome: confirm\n    when: hold.active && evidence.confidence >= 0.8',
      says: 'can stop firing when evidence.confidence',
      hint: '<= or <',
    },
    {
      name: 'it grants to the unknown',
      lines: '    outcome: auto\n    when: target.environment != "production"',
      says: 'can begin to grant when target.environment',
      hint: 'mildest',
    },
    {
      name: 'it grants to the wide',
      lines: '    outcome: auto\n    when: scope.targets > 3',
      says: 'can begin to grant',
      hint: '<= or <',
    },
    {
      name: 'auto names approvers',
      lines: '    outcome: auto\n    when: undo.available\n    approvers: [{ role: sre, count: 1 }]',
      says: 'nobody is asked when the outcome is auto',
      hint: 'take them out',
    },
    {
      name: 'a role stands twice',
      lines:
        '    outcome: confirm\n    when: hold.active\n    approvers: [{ role: sre, count: 1 }, { role: sre, count: 2 }]',
      says: 'a second role "sre"',
      hint: 'the first one is in line',
    },
    {
      name: 'the rule is no text',
      lines: '    outcome: confirm\n    when: true',
      says: 'expected text, got true',
      hint: 'technical rule',
    },
    {
      name: 'the outcome is mistyped',
      lines: '    outcome: authorise\n    when: hold.active',
      says: 'got "authorise"',
      hint: 'did you mean "authorize"?',
    },
    {
      name: 'a setting is mistyped',
      lines: '    outcome: confirm\n    wen: hold.active',
      says: '"wen" is not a setting',
      hint: 'did you mean "when"?',
    },
    {
      name: 'a setting stands twice',
      lines: '    outcome: confirm\n    outcome: auto\n    when: hold.active',
      says: 'not YAML: map keys must be unique',
      hint: 'indentation',
    },
  ])('$name', ({ lines, says, hint }) => {
    const problems = problemsOf(withClause(lines))
    const found = problems.find((one) => one.message.includes(says))
    expect(problems.map((one) => one.message)).toEqual(
      expect.arrayContaining([expect.stringContaining(says)]),
    )
    expect(found?.hint).toContain(hint)
    expect(found?.line).toBeGreaterThan(SHIPPED.split('\n').length - 1)
  })
})

test('a place inside a rule is exact, to the column', () => {
  const problems = problemsOf(
    withClause('    outcome: confirm\n    when: hold.active || incident.severity == "hgh"'),
  )
  const line = SHIPPED.split('\n').length + 6
  expect(problems).toMatchObject([
    { file: 'p.yaml', line, column: 47, message: expect.stringContaining('"hgh"') },
  ])
})

test('all problems of a file come at once, in the order of lines', () => {
  const text = SHIPPED.replace('when: action.privileged', 'when: action.priviledged')
    .replace('retain: 7y', 'retain: seven years')
    .replace('after: 15m', 'afterwards: 15m')
    .replace('class: routine', 'class: rutine')
  const problems = problemsOf(read(text))
  expect(problems.length).toBeGreaterThanOrEqual(5)
  expect(problems.map((one) => one.line)).toEqual(problems.map((one) => one.line).sort((a, b) => a - b))
})

describe('the control table is refused when', () => {
  test.each([
    {
      name: 'a riskier class is less sure',
      from: 'confidence: 0.95\n    groups: 2\n    approval: authorize',
      to: 'confidence: 0.5\n    groups: 2\n    approval: authorize',
      says: 'confidence 0.5 is below 0.9 of the row for guarded',
    },
    {
      name: 'a riskier class asks less',
      from: 'approval: authorize',
      to: 'approval: auto',
      says: 'approval auto is milder than confirm',
    },
    {
      name: 'a sharper row needs fewer sources',
      from: 'groups: 3',
      to: 'groups: 1',
      says: 'groups 1 is below 2',
    },
    {
      name: 'a class has no row',
      from: '- risk: guarded\n    confidence: 0.9',
      to: '- risk: routine\n    confidence: 0.9',
      says: 'no row of the control table holds for risk class guarded',
    },
  ])('$name', ({ from, to, says }) => {
    expect(SHIPPED).toContain(from)
    const messages = problemsOf(read(SHIPPED.replace(from, to))).map((one) => one.message)
    expect(messages).toEqual(expect.arrayContaining([expect.stringContaining(says)]))
  })
})

describe("an operator's own facts", () => {
  const own = (facts: string, when: string) => {
    const text = SHIPPED.replace('\nrisk:', `\nfacts:\n${facts}\nrisk:`)
    return read(
      `${text}\n  - id: extra\n    says: One more clause for a test.\n    retain: 1y\n    owner: sre\n    outcome: confirm\n    when: ${when}`,
    )
  }
  const TIER = '  x.tier: { type: enum, says: The tier of the customer., values: [free, gold] }'
  test('are typed and take their risky end while unknown', () => {
    const given = own(TIER, 'x.tier == "gold"')
    if ('problems' in given) throw new Error(JSON.stringify(given.problems))
    expect(given.value.facts['x.tier']).toMatchObject({ pole: 'gold', ordered: true })
  })
  test.each([
    { name: 'mistyped words', facts: TIER, when: 'x.tier == "glod"', says: 'not one of free, gold' },
    { name: 'a fact nobody declared', facts: TIER, when: 'x.tear == "gold"', says: 'no fact "x.tear"' },
    {
      name: 'a name without x.',
      facts: TIER.replace('x.tier', 'tier'),
      when: 'hold.active',
      says: 'not a name',
    },
    {
      name: 'an empty range',
      facts: '  x.n: { type: int, says: A number of things., unit: things, min: 5, max: 5, riskier: more }',
      when: 'hold.active',
      says: 'leaves nothing between',
    },
  ])('refuse $name', ({ facts, when, says }) => {
    expect(problemsOf(own(facts, when)).map((one) => one.message)).toEqual(
      expect.arrayContaining([expect.stringContaining(says)]),
    )
  })
})
