import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome as Answer } from '../audit/testing/parts.ts'
import { START } from '../audit/testing/site.ts'
import { checkFacts } from '../facts/check.ts'
import { restoreFacts, storeFacts } from '../facts/stored.ts'
import { missingFor } from './asking.ts'
import type { ProposalEvent } from './event.ts'
import { next } from './next.ts'
import type { Proposal } from './proposal.ts'
import {
  approval,
  closed,
  decided,
  denial,
  evidence,
  finished,
  fold,
  granted,
  judged,
  MINUTE,
  notStarted,
  opened,
  planned,
  proposed,
  refused,
  requested,
  started,
  steering,
  step,
  toAsking,
  toDecision,
  toFinish,
  toGrant,
  toJudge,
  toPlan,
  unanswered,
  undoing,
  undone,
  voided,
  watched,
} from './testing.ts'

describe('evolveProposal', () => {
  test.each<{ name: string; events: ProposalEvent[]; phase: Proposal['phase'] }>([
    { name: 'a denial after the grant stops nothing', events: [...toGrant, denial], phase: 'granted' },
    {
      name: 'a denial while it runs stops nothing',
      events: [...toGrant, started, denial],
      phase: 'executing',
    },
    {
      name: 'a running execution cannot become void',
      events: [...toGrant, started, voided],
      phase: 'executing',
    },
    {
      name: 'what is closed stays closed: by a denial',
      events: [...toJudge('yes'), closed, denial],
      phase: 'closed',
    },
    {
      name: 'what is closed stays closed: by a void',
      events: [...toJudge('yes'), closed, voided],
      phase: 'closed',
    },
    {
      name: 'an undo reopens what ran, while the right to it lasts',
      events: [...toJudge('yes'), closed, undoing],
      phase: 'undoing',
    },
    {
      name: 'an undo does not reopen what never ran',
      events: [...toAsking('confirm'), denial, closed, undoing],
      phase: 'closed',
    },
    {
      name: 'an undo that the runner did by itself ends it',
      events: [...toGrant, started, undone(true)],
      phase: 'ending',
    },
    { name: 'a second wish changes nothing', events: [...toGrant, proposed], phase: 'granted' },
    {
      name: 'an approval of a plan that became void is forgotten',
      events: [...toAsking('confirm'), approval('sre-2', 'sre'), voided],
      phase: 'reading',
    },
  ])('$name', ({ events, phase }) => {
    expect(fold(...events).phase).toBe(phase)
  })

  test('of two outcomes the first stands', () => {
    const again: ProposalEvent = { type: 'closed', outcome: 'denied', because: 'too late' }
    expect(fold(...toJudge('yes'), closed, again)).toMatchObject({ phase: 'closed', outcome: 'resolved' })
  })

  test('facts are stored as integers, and come back as they were', () => {
    const checked = checkFacts({
      'evidence.confidence': 0.9608,
      'scope.share': 1,
      'scope.targets': 3,
      'hold.active': false,
    })
    if ('refused' in checked) throw new Error('refused')
    const stored = storeFacts(checked.facts)
    expect(stored.values).toMatchObject({
      'evidence.confidence': 9608,
      'scope.share': 10_000,
      'scope.targets': 3,
    })
    expect(restoreFacts(stored)).toEqual(checked.facts)
  })
})

describe('laws', () => {
  const limits = [{ id: 'l', says: 's', limit: '1', actual: '2' }]
  const outcome = fc.constantFrom<Answer>('auto', 'confirm', 'authorize', 'refuse', 'observe')
  const event = fc.oneof(
    fc.constantFrom(
      proposed,
      evidence,
      requested,
      planned(),
      planned({ limits }),
      opened,
      granted,
      started,
      step('applying'),
      step('verified'),
      watched,
      voided,
      denial,
      undoing,
      closed,
      notStarted('STATE_MOVED'),
      notStarted('HELD'),
      undone(true),
      undone(false),
      judged('yes'),
      judged('no'),
      judged('blind'),
      unanswered('unanswered'),
      unanswered('superseded'),
      finished('succeeded'),
      finished('unknown'),
      approval('sre-1', 'sre'),
      approval('sre-2', 'sre'),
      approval('gov-1', 'governance'),
      { type: 'observed' } as ProposalEvent,
      { type: 'not-planned', refused: refused('HELD') } as ProposalEvent,
      { type: 'approval-escalated', rung: 1, role: 'lead', until: START + MINUTE } as ProposalEvent,
    ),
    fc
      .tuple(outcome, fc.option(fc.constant(START + MINUTE)))
      .map(([answer, observing]) => decided(answer, observing)),
  )
  /** A beginning that fits, so that the later phases are reached often, and then anything. */
  const beginnings = [
    [],
    toPlan,
    toAsking('authorize'),
    toAsking('confirm'),
    toAsking('refuse'),
    toDecision('auto', { limits }),
    [...toDecision('confirm', { limits }), opened],
    toGrant,
    toFinish,
    toJudge('no'),
  ]
  const histories = fc
    .tuple(fc.constantFrom(...beginnings), fc.array(event, { maxLength: 30 }))
    .map(([first, rest]) => [...first, ...rest])
  const times = fc.record({ now: fc.integer({ min: 0, max: START * 2 }), onePerson: fc.boolean() })

  test('whatever the order of events, folding never throws, and something is always next', () => {
    fc.assert(
      fc.property(histories, times, (events, when) => {
        expect(next(fold(...events), steering(when)).do).toBeTypeOf('string')
      }),
      { numRuns: 1000 },
    )
  })

  test('never says grant without a decision that runs alone, or complete signatures; nor at a refusal or a hard limit', () => {
    let grants = 0
    fc.assert(
      fc.property(histories, times, (events, when) => {
        const state = fold(...events)
        if (next(state, steering(when)).do !== 'grant') return
        grants++
        if (state.phase !== 'cleared' && state.phase !== 'asking')
          throw new Error(`granted in phase ${state.phase}`)
        const { decision } = state.decided
        expect(decision.outcome).not.toBe('refuse')
        expect(state.planned.signed.plan.limits).toEqual([])
        expect(when.now).toBeLessThan(state.planned.signed.plan.expiresAt)
        if (state.phase === 'cleared') expect(decision.outcome).toBe('auto')
        else expect(missingFor(state.asking, decision, state.planned.signed.plan, when.onePerson)).toBeNull()
      }),
      { numRuns: 2000 },
    )
    expect(grants).toBeGreaterThan(10)
  })

  test('time alone never grants: what is not granted now is not granted later, without an event', () => {
    fc.assert(
      fc.property(histories, fc.nat(1000 * MINUTE), fc.nat(1000 * MINUTE), (events, now, later) => {
        const state = fold(...events)
        if (next(state, steering({ now: START + now })).do === 'grant') return
        expect(next(state, steering({ now: START + now + later })).do).not.toBe('grant')
      }),
      { numRuns: 1000 },
    )
  })

  test('time alone never undoes', () => {
    fc.assert(
      fc.property(histories, fc.nat(1000 * MINUTE), (events, later) => {
        const state = fold(...events)
        if (next(state, steering()).do === 'undo') return
        expect(next(state, steering({ now: START + later })).do).not.toBe('undo')
      }),
    )
  })

  test('an ending always closes, unless the target moved before anything was done: then it is void', () => {
    fc.assert(
      fc.property(histories, times, (events, when) => {
        const state = fold(...events)
        if (state.phase !== 'ending') return
        const moved = state.by.type === 'not-started' && state.by.refused.code === 'STATE_MOVED'
        expect(next(state, steering(when)).do).toBe(moved ? 'void' : 'close')
      }),
      { numRuns: 1000 },
    )
  })

  test('what is closed does nothing more, until somebody orders an undo', () => {
    fc.assert(
      fc.property(histories, fc.array(event), (events, more) => {
        const calm = more.filter(({ type }) => type !== 'undo-requested')
        const state = fold(...events, closed, ...calm)
        expect(state.phase).toBe('closed')
        expect(next(state, steering())).toEqual({ do: 'nothing' })
      }),
    )
  })
})
