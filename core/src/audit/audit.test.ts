/** One row per way to lie. Signatures are pure stand-ins (crypto is a parameter); the rules around them are real. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { subjectDigest } from '../act/subject.ts'
import type { Json } from '../kernel/json.ts'
import { createAudit } from './audit.ts'
import { AUDIT_CODES, type AuditCode, type AuditFinding } from './finding.ts'
import { type Any, decided, denied, drop, hold, lift, nextTrust } from './testing/lie.ts'
import { liesGrant } from './testing/lies-grant.ts'
import { liesPeople } from './testing/lies-people.ts'
import { liesPlan } from './testing/lies-plan.ts'
import { liesRun } from './testing/lies-run.ts'
import { liesSite } from './testing/lies-site.ts'
import { grantOf } from './testing/parts.ts'
import { digestOf, type Log, type LogEntry, means, POLICY, sign } from './testing/site.ts'
import { risky, routine, undoneStory, withSite } from './testing/story.ts'

const LIES = [...liesSite, ...liesPlan, ...liesPeople, ...liesGrant, ...liesRun]

function audit(entries: readonly LogEntry[], ours = means): AuditFinding[] {
  const auditor = createAudit(ours)
  for (const entry of entries) auditor.entry(entry)
  return auditor.finish()
}

const codes = (log: Log): AuditCode[] => [...new Set(audit(log.entries).map(({ code }) => code))].sort()

describe('an honest log has no finding', () => {
  test.each<{ name: string; log: () => Log }>([
    { name: 'a routine restart', log: () => routine().log },
    { name: 'a cutover that two people signed', log: () => risky().log },
    { name: 'a repair that was taken back', log: () => undoneStory().log },
    { name: 'a denial', log: () => denied().log },
    {
      name: 'several stories in one log, interleaved with a new version of trust and a hold that was lifted',
      log: () => {
        const log = withSite()
        routine(log)
        nextTrust(log, ['sre-1', 'gov-1'])
        hold(log)
        lift(log)
        risky(log)
        return undoneStory(log).log
      },
    },
    {
      name: 'a plan that became void before it started, was made anew and signed again',
      log: () => {
        const story = decided('confirm')
        story.ask()
        story.approve('sre-2', 'sre')
        story.grant('confirm')
        story.add('not-started', 'executor runner-1', {
          grant: story.grantId,
          refused: { code: 'STATE_MOVED', says: 'the record set changed', limits: [], conditions: [] },
        })
        story.add('voided', 'control-plane server', { because: 'the record set changed' })
        story.acts = []
        story.plan = { ...story.plan, id: 'plan-2' }
        story.read()
        story.planIt()
        story.decide('confirm')
        story.ask()
        story.approve('dev-1', 'sre')
        const { log, plan, acts } = story
        const grant = grantOf(plan, 'confirm', acts, log.now(), 'grant-2')
        story.add('granted', 'control-plane server', { grant, task: 't' })
        story.add('execution-finished', 'executor runner-1', {
          grant: 'grant-2',
          result: 'succeeded',
          why: 'ok',
        })
        story.health('yes')
        story.close('resolved', 'health was confirmed')
        return log
      },
    },
    {
      name: 'a denial and a hold whose reasons were erased',
      log: () => {
        const { log } = denied()
        hold(log, 'h-1', { kind: 'everything' })
        for (const entry of log.entries) delete entry.secret
        return log
      },
    },
    {
      name: 'a log that was begun anew by two people',
      log: () => {
        const log = withSite()
        const previous = { incarnation: 1, size: 9, root: 'ab' }
        const subject = subjectDigest(digestOf, 'reincarnate', { oldHead: '1/9/ab', newIncarnation: '2' })
        const acts = [
          sign('sre-1', 'sre', 'reincarnate', subject, log.now()),
          sign('gov-1', 'governance', 'reincarnate', subject, log.now()),
        ]
        log.add('log', 'log-reincarnated', 'person sre-1', { incarnation: 2, previous, acts })
        return log
      },
    },
    {
      name: 'an abort that a person signed for the running grant',
      log: () => {
        const story = decided('auto')
        story.grant('auto')
        story.add('execution-started', 'executor runner-1', { grant: story.grantId })
        const reason = 'it is the wrong host'
        const subject = subjectDigest(digestOf, 'abort', { grant: story.grantId, reason })
        const signed = sign('sre-1', 'sre', 'abort', subject, story.log.now())
        story.add('interrupted', 'person sre-1', { how: 'abort', signed, reason: subject }, { reason })
        story.add('execution-finished', 'executor runner-1', {
          grant: story.grantId,
          result: 'stopped',
          why: 'abort',
        })
        story.close('aborted', 'abort')
        return story.log
      },
    },
  ])('$name', ({ log }) => {
    expect(audit(log().entries)).toEqual([])
  })
})

describe('a lie is found', () => {
  test.each(LIES)('$name', ({ finds, log }) => {
    expect(codes(log())).toEqual([...finds].sort())
  })

  test('each code has a lie that it finds', () => {
    expect([...new Set(LIES.flatMap(({ finds }) => finds))].sort()).toEqual([...AUDIT_CODES].sort())
  })

  test('a finding names the entry, what it means and what to do', () => {
    const { log, stream } = routine()
    drop(log, 'health-judged')
    const closed = log.entries.find(({ type }) => type === 'closed')!
    expect(audit(log.entries)).toEqual([
      {
        code: 'RESOLVED_WITHOUT_HEALTH',
        where: `${stream}/${closed.seq}`,
        means: 'health was never judged',
        hint: 'nobody saw that it helped: treat the incident as open',
      },
    ])
  })

  test('without trust no publication, plan or grant counts', () => {
    const { log } = routine()
    drop(log, 'trust-recorded')
    const where = audit(log.entries).filter(({ code }) => code === 'TRUST_MISSING')
    const types = where.map(
      (one) => log.entries.find((entry) => `${entry.stream}/${entry.seq}` === one.where)?.type,
    )
    expect(types).toEqual([
      'policy-published',
      'runbook-published',
      'runbook-published',
      'planned',
      'granted',
    ])
  })

  test('with another genesis of the auditor nothing counts', () => {
    const found = audit(risky().log.entries, { ...means, genesis: POLICY })
    expect(found.map(({ code }) => code)).toContain('TRUST_OTHER_GENESIS')
    expect(found.map(({ code }) => code)).toContain('QUORUM_MISSING')
  })
})

describe('laws', () => {
  const honest = (): LogEntry[] => {
    const log = withSite()
    routine(log)
    risky(log)
    return undoneStory(log).log.entries
  }

  test('never throws, whatever stands in a state', () => {
    const entries = honest()
    fc.assert(
      fc.property(fc.nat(entries.length - 1), fc.jsonValue(), (at, junk) => {
        const changed = entries.map((entry, index) =>
          index === at ? { ...entry, state: junk as Json } : entry,
        )
        expect(() => audit(changed)).not.toThrow()
      }),
    )
  })

  test('what lets an act run cannot be left out of the log without a finding', () => {
    const entries = honest()
    const needed = [
      'trust-recorded',
      'policy-published',
      'proposed',
      'planned',
      'decided',
      'granted',
      'approved',
    ]
    for (const [at, entry] of entries.entries())
      if (needed.includes(entry.type)) {
        const without = entries.filter((_, index) => index !== at)
        expect(audit(without), `${entry.type} of ${entry.stream}`).not.toEqual([])
      }
  })

  test('no value within a signed plan, act or grant can change without a finding', () => {
    const entries = honest()
    const signed = entries.flatMap((entry, at) =>
      ['planned', 'approved', 'granted', 'trust-recorded'].includes(entry.type)
        ? leaves(entry.state, []).map((path) => ({ at, path }))
        : [],
    )
    fc.assert(
      fc.property(fc.constantFrom(...signed), ({ at, path }) => {
        const changed = structuredClone(entries)
        if (path.join().endsWith('task')) return
        alter(changed[at]!.state as Any, path)
        expect(audit(changed), `${entries[at]!.type} ${path.join('.')}`).not.toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

function leaves(value: Any, path: (string | number)[]): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path]
  return Object.keys(value).flatMap((name) => leaves(value[name], [...path, name]))
}

function alter(state: Any, path: (string | number)[]): void {
  const parent = path.slice(0, -1).reduce((value, name) => value[name], state)
  const name = path.at(-1)!
  const value = parent[name]
  parent[name] = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`
}
