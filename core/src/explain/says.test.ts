import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { risky, routine, undoneStory } from '../audit/testing/story.ts'
import type { Json } from '../kernel/json.ts'
import { look } from './look.ts'
import { quote } from './quote.ts'
import { says } from './says.ts'
import { INCIDENT_SENTENCES } from './says-incident.ts'
import { PROPOSAL_SENTENCES } from './says-proposal.ts'
import { SITE_SENTENCES } from './says-site.ts'

const TYPES = Object.keys({ ...INCIDENT_SENTENCES, ...PROPOSAL_SENTENCES, ...SITE_SENTENCES })
const entry = (type: string, state: Json) => ({ type, actor: { kind: 'person', id: 'sre-1' }, at: 0, state })
const digest = `sha256:${'ab'.repeat(32)}`
const signed = { person: 'sre-1', act: { role: 'sre' } }
const refused = { code: 'STATE_MOVED', says: 'the record set changed', limits: [], conditions: [] }

test.each<[type: string, state: Json, sentence: string]>([
  [
    'signal-set-aside',
    { because: 'it ends an alert that is not open here' },
    'A signal was set aside because "it ends an alert that is not open here".',
  ],
  [
    'hold-set',
    { scope: { kind: 'area', id: 'dns' }, until: 0, signed },
    '"sre-1" put a hold on area "dns" until 1970-01-01T00:00:00Z.',
  ],
  ['hold-lifted', { id: 'h-1', signed }, '"sre-1" lifted hold "h-1".'],
  [
    'policy-published',
    { id: 'default', digest, acts: [signed] },
    'Policy "default" (sha256:abababababab) was published, signed by "sre-1" as sre.',
  ],
  [
    'trust-recorded',
    { body: { version: 2 }, acts: [] },
    'Version 2 of the trust chain was recorded, signed by nobody.',
  ],
  ['not-planned', { refused }, 'No plan was made: "the record set changed" (STATE_MOVED).'],
  ['denied', { signed, reason: digest }, '"sre-1" as sre said no to the plan.'],
  [
    'approval-closed',
    { why: 'plan-expired' },
    'The request for signatures was closed: the plan expired first.',
  ],
  ['health-judged', { better: 'blind', held: 0, of: 3 }, 'Health could not be read: 0 of 3 samples held.'],
  [
    'escalated',
    { role: 'lead', because: 'nobody answered', asks: 'look' },
    'People in role "lead" were called because "nobody answered"; they are asked: "look".',
  ],
  ['cause-recorded', { cause: 'code', person: 'sre-1' }, '"sre-1" recorded the cause: code.'],
])('%s', (type, state, sentence) => {
  expect(says(entry(type, state))).toBe(sentence)
})

describe('what does not fit', () => {
  test('an unknown type gets an honest general sentence', () => {
    expect(says(entry('quantum-leapt', { to: 1 }))).toBe(
      'person "sre-1" recorded "quantum-leapt", for which this version knows no sentence.',
    )
  })

  test.each(['constructor', '__proto__', 'toString'])('a type named "%s" is only a name', (type) => {
    expect(says(entry(type, {}))).toContain('knows no sentence')
  })

  test('what objects inherit is no part of a state', () => {
    expect(look({}, 'constructor')).toBeUndefined()
    expect(look({ a: {} }, 'a.toString.name')).toBeUndefined()
  })

  test.each(TYPES)('%s is told from an empty state', (type) => {
    expect(says(entry(type, {}))).toMatch(/^[A-Z"?].*\.$/)
    expect(says(entry(type, null))).toMatch(/\.$/)
  })

  test('never throws, and always gives one line that shows everything', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.jsonValue({ noUnicodeString: false }), (type, state) => {
        const sentence = says(entry(type, state as Json))
        expect(sentence.length).toBeGreaterThan(5)
        expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
    )
  })

  test('never throws with any part of a real state replaced', () => {
    const entries = [routine(), risky(), undoneStory()].flatMap(({ log }) => log.entries)
    fc.assert(
      fc.property(fc.constantFrom(...entries), fc.nat(), fc.jsonValue(), (one, at, junk) => {
        let place = 0
        const text = JSON.stringify(one.state)
        const count = [...text.matchAll(/[:[,]/g)].length + 1
        const state = JSON.parse(text, (_, value) => (place++ === at % count ? junk : value))
        expect(says({ ...one, state })).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    )
  })
})

describe('text from outside', () => {
  test.each([
    ['plain', '"plain"'],
    ['he said "yes"', '"he said \\"yes\\""'],
    ['line\nbreak\tand\rreturn', '"line\\nbreak\\tand\\rreturn"'],
    ['\u001b[2Jgone', '"\\u{1b}[2Jgone"'],
    ['\u202eevil\u2066', '"\\u{202e}evil\\u{2066}"'],
    ['zero\u200bwidth', '"zero\\u{200b}width"'],
    ['lone \ud800', '"lone \\u{d800}"'],
    ['back\\slash', '"back\\\\slash"'],
    ['a'.repeat(121), `"${'a'.repeat(120)}…" (and 1 more characters)`],
  ])('%j is shown as %s', (text, shown) => {
    expect(quote(text)).toBe(shown)
  })

  test('cannot step out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const inside = quote(text).slice(1, -1)
        expect(inside.replace(/\\\\|\\"/g, '')).not.toContain('"')
      }),
    )
  })

  test('words of our own stand bare, a lie in their place is quoted', () => {
    expect(says(entry('closed', { outcome: 'resolved. All is well', because: 'x' }))).toBe(
      'Closed as "resolved. All is well" because "x".',
    )
  })
})
