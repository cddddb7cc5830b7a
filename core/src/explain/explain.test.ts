import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newLog } from '../audit/testing/site.ts'
import { risky, routine, Story, undoneStory } from '../audit/testing/story.ts'
import type { Json } from '../kernel/json.ts'
import { explain } from './explain.ts'

const paragraph = (story: Story): string =>
  explain(story.log.entries.filter(({ stream }) => stream !== 'site')).paragraph

const refused = (code: string, says: string) => ({ refused: { code, says, limits: [], conditions: [] } })

function wish(kind: 'restart' | 'dns' = 'dns', changes = {}): Story {
  const story = new Story(newLog(), kind, 'p-1', changes)
  story.propose()
  return story
}

function asking(outcome: 'confirm' | 'authorize' = 'authorize'): Story {
  const story = wish()
  story.read()
  story.planIt()
  story.decide(outcome)
  story.ask()
  return story
}

test('a routine restart that helped', () => {
  expect(paragraph(routine(newLog()))).toBe(
    [
      'At 2026-11-22T19:00:00Z alert "ServiceDown" on "web1-app" of service "shop" fired with major severity.',
      'Detector "trigger" proposed runbook "restart-service" for target "web1-app" of service "shop".',
      'Of the evidence that Countersign read itself, 2 independent groups ("metrics" and "probe") supported it and none spoke against it; confidence was very high (0.9608).',
      'Runner "runner-1" planned 1 step on "web1-app" ("state" from "failed" to "active"), with an undo for all of it.',
      'Policy sha256:23f48dce219e put the plan in risk class routine and answered auto, because "A known restart of one host, seen by two sources, runs alone." (clause routine-runs-alone; evidence.confidence = 0.9608; action.kind = service.restart).',
      'No signature was needed, because policy lets this run alone.',
      'It went as follows: step "restart" (systemd.restart on "web1-app") was applied and verified.',
      'It helped: health was confirmed (3 of 3 samples held).',
      'It was closed as resolved 18 s after the first signal.',
      'The incident was resolved after 18 s, because "all its alerts ended".',
    ].join(' '),
  )
})

test('says the same of one proposal where the entries do not name their stream', () => {
  const { entries } = routine(newLog()).log
  const bare = entries.map(({ type, actor, at, state }) => ({ type, actor, at, state }))
  expect(explain(bare)).toEqual(explain(entries))
})

describe('says by whom', () => {
  test('two people who signed, with their roles', () => {
    const text = paragraph(risky(newLog()))
    expect(text).toContain('"sre-2" as sre and "gov-1" as governance signed exactly this plan.')
    expect(text).toContain('("www A" from "192.0.2.10" to "192.0.2.20")')
    expect(text).toMatch(/^At 2026-11-22T19:00:00Z AI agent "agent-1" proposed/)
    expect(text).toMatch(/resolved 1 min 38 s after it was proposed\.$/)
  })

  test('one person who was not enough, and nobody who answered', () => {
    const story = asking()
    story.approve('sre-2', 'sre')
    story.add('approval-escalated', 'control-plane server', { rung: 1, role: 'lead', until: 0 })
    story.add('approval-closed', 'control-plane server', { why: 'unanswered' })
    story.close('unanswered', 'nobody answered on any rung of the ladder')
    const text = paragraph(story)
    expect(text).toContain('Only "sre-2" as sre signed, which was not enough.')
    expect(text).toContain('closed because nobody answered, although role "lead" was asked as well.')
    expect(text).toContain('It was closed as unanswered 41 s after it was proposed')
    expect(text).not.toMatch(/went as follows|helped/)
  })

  test('who said no', () => {
    const story = asking()
    story.deny('gov-1', 'governance')
    story.close('denied', 'a person said no to it')
    expect(paragraph(story)).toContain('"gov-1" as governance said no, and nothing was done.')
  })

  test('whose signature did not count, and why', () => {
    const story = asking()
    story.add('approval-refused', 'control-plane server', {
      person: 'dev-1',
      code: 'IS_PROPOSER',
      says: 'proposed it',
    })
    expect(paragraph(story)).toContain('A signature of "dev-1" did not count (IS_PROPOSER): "proposed it".')
    expect(paragraph(story)).toMatch(/No outcome is recorded yet\.$/)
  })

  test('that a grant rests on no recorded signature where one was demanded', () => {
    const story = asking()
    story.grant('authorize')
    expect(paragraph(story)).toContain('It was granted without any recorded signature.')
    expect(paragraph(story)).toContain('It is not recorded whether the runner started.')
  })

  test('who stepped in', () => {
    const story = asking()
    story.add('interrupted', 'person sre-1', {
      how: 'take',
      signed: { person: 'sre-1', act: { role: 'sre' } },
    })
    expect(paragraph(story)).toContain('"sre-1" as sre took it over.')
  })
})

describe('says what was not done', () => {
  test('a stale proposal is refused before any plan', () => {
    const story = wish()
    story.read()
    story.add('not-planned', 'executor runner-1', refused('STATE_MOVED', 'expected state version a, got b'))
    story.close('refused', 'expected state version a, got b')
    expect(paragraph(story)).toBe(
      'At 2026-11-22T19:00:00Z AI agent "agent-1" proposed runbook "change-record-set" for target "zone-shop" of service "shop". ' +
        'Of the evidence that Countersign read itself, 2 independent groups ("metrics" and "probe") supported it and none spoke against it; confidence was very high (0.9608). ' +
        'No plan could be made, and nothing was done: "expected state version a, got b" (STATE_MOVED). ' +
        'It was refused 500 ms after it was proposed, because "expected state version a, got b".',
    )
  })

  test('a plan that hits a hard limit', () => {
    const story = wish('dns', {
      limits: [{ id: 'empty', says: 'the record set would be empty', limit: '1', actual: '0' }],
    })
    story.planIt()
    story.decide('refuse')
    expect(paragraph(story)).toContain(
      'hits a hard limit: "the record set would be empty" (limit "1", actual "0")',
    )
    expect(paragraph(story)).toContain('answered refuse, because "Nothing changes while a freeze holds."')
  })

  test('a runner that did not start', () => {
    const story = asking()
    story.grant('auto')
    story.add('not-started', 'executor runner-1', {
      grant: 'g',
      ...refused('HELD', 'the hold file is there'),
    })
    expect(paragraph(story)).toContain(
      'The runner did not start, and nothing was done: "the hold file is there" (HELD).',
    )
  })

  test('signatures on a void plan are not told as if they were for the next', () => {
    const story = asking('confirm')
    story.approve('sre-2', 'sre')
    story.add('voided', 'control-plane server', { because: 'the record set changed' })
    story.read()
    story.planIt()
    story.decide('confirm')
    const text = paragraph(story)
    expect(text).toContain(
      'A first plan became void before anything was done, because "the record set changed".',
    )
    expect(text).not.toContain('sre-2')
  })

  test('an incident that was left to a person', () => {
    const log = newLog()
    log.add('incident/1', 'incident-opened', 'detector alertmanager', {
      service: null,
      severity: 'critical',
      alert: 'Strange\n"thing"',
      recurrenceOf: null,
    })
    log.add('incident/1', 'incident-routed', 'control-plane server', {
      route: 'person',
      because: 'no published runbook fits the signal',
    })
    log.add('incident/1', 'escalated', 'control-plane server', {
      role: 'sre',
      because: 'no runbook fits',
      asks: 'look',
    })
    expect(explain(log.entries).paragraph).toBe(
      'At 2026-11-22T19:00:00Z alert "Strange\\n\\"thing\\"" fired with critical severity. ' +
        'It was left to a person, because "no published runbook fits the signal". ' +
        'People in role "sre" were called because "no runbook fits". ' +
        'Nothing was proposed, and the incident is still open.',
    )
  })

  test('nothing at all', () => {
    expect(explain([])).toEqual({ paragraph: 'Nothing is recorded of it.', lines: [] })
  })
})

describe('says whether it helped', () => {
  test('it did not, and was taken back', () => {
    expect(paragraph(undoneStory(newLog()))).toContain(
      'It did not help: health did not get better within the window (0 of 3 samples held). ' +
        'The undo was ordered because "health did not improve within the window". ' +
        'It was undone completely (1 step undone): "every step was taken back". ' +
        'It was closed as undone 21 s after the first signal, because "every step was taken back". ' +
        'The incident is still open.',
    )
  })

  test('nobody could tell, and it was handed over', () => {
    const story = asking()
    story.grant('auto')
    story.run()
    story.health('blind')
    story.close('escalated', 'health could not be read within the window')
    expect(paragraph(story)).toContain('Whether it helped could not be told: health could not be read')
    expect(paragraph(story)).toContain('It was handed over to people')
  })

  test('an execution that never ended', () => {
    const story = asking()
    story.grant('auto')
    story.add('execution-started', 'executor runner-1', { grant: story.grantId })
    story.step('applying')
    expect(paragraph(story)).toContain('step "change" (dns.replace on "zone-shop") was begun.')
    expect(paragraph(story)).toContain('No end of the execution is recorded, so its effect is unknown.')
  })
})

describe('laws', () => {
  test('two proposals of one incident are kept apart by their streams, however they interleave', () => {
    const both = newLog()
    const one = routine(both)
    const other = new Story(both, 'dns', 'p-2')
    other.propose()
    other.add('not-planned', 'executor runner-1', refused('LIMIT_HIT', 'it would be empty'))
    const [mine, theirs] = [one.stream, other.stream].map((name) =>
      both.entries.filter(({ stream }) => stream === name),
    )
    const rest = both.entries.filter(({ stream }) => stream !== one.stream && stream !== other.stream)
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (turns) => {
        const [a, b] = [[...mine!], [...theirs!]]
        const first = b.shift()!
        const mixed = [a.shift()!, first, ...turns.flatMap((turn) => (turn ? a : b).splice(0, 1)), ...a, ...b]
        const text = explain([...rest, ...mixed]).paragraph
        const without = (entries: typeof rest) => explain([...rest, ...entries]).paragraph
        expect(text).toContain(without([...mine!]).match(/Detector.*?resolved/)?.[0])
        expect(text).toContain(without([...theirs!]).match(/AI agent.*?LIMIT_HIT\)/)?.[0])
      }),
    )
  })

  test('never throws and never hides a character, whatever stands in one entry', () => {
    const entries = [...undoneStory(newLog()).log.entries]
    fc.assert(
      fc.property(fc.nat(entries.length - 1), fc.jsonValue(), (at, junk) => {
        const changed = entries.map((entry, index) =>
          index === at ? { ...entry, state: junk as Json } : entry,
        )
        const { paragraph, lines } = explain(changed)
        expect(paragraph).not.toMatch(/[\p{Cc}\p{Cf}]/u)
        expect(lines).toHaveLength(entries.length)
      }),
    )
  })

  test('works for any part of the log', () => {
    const entries = [...routine(newLog()).log.entries]
    fc.assert(
      fc.property(fc.subarray(entries), (part) => {
        expect(explain(part).paragraph).toMatch(/\.$/)
      }),
    )
  })

  test('names no person who is not in the entries', () => {
    const entries = [...risky(newLog()).log.entries].filter(({ type }) => type !== 'approved')
    expect(explain(entries).paragraph).not.toMatch(/sre-2|gov-1/)
  })
})
