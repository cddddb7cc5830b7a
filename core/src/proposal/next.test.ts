import { describe, expect, test } from 'vitest'
import { START } from '../audit/testing/site.ts'
import type { Runbook } from '../runbook/runbook.ts'
import type { ProposalEvent } from './event.ts'
import { type Next, next, type Steering } from './next.ts'
import {
  approval,
  closed,
  decided,
  denial,
  evidence,
  finished,
  fold,
  interrupted,
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

const waited: ProposalEvent = { type: 'voided', because: 'it waited', waited: true }

describe('next', () => {
  const LATE = START + 60 * MINUTE
  test.each<{
    name: string
    events: ProposalEvent[]
    with?: Partial<Steering>
    is: Partial<Next> & { outcome?: string }
  }>([
    { name: 'nothing before it is proposed', events: [], is: { do: 'nothing' } },
    { name: 'reads evidence first', events: [proposed], is: { do: 'read-evidence' } },
    { name: 'asks for a plan', events: [proposed, evidence], is: { do: 'request-plan' } },
    { name: 'waits for the plan', events: toPlan, is: { do: 'wait', until: START + MINUTE } },
    {
      name: 'hands over a plan that does not come',
      events: toPlan,
      with: { now: START + MINUTE },
      is: { do: 'close', outcome: 'escalated' },
    },
    { name: 'decides', events: [...toPlan, planned()], is: { do: 'decide' } },
    { name: 'grants what runs alone', events: toDecision('auto'), is: { do: 'grant' } },
    {
      name: 'goes on trying to grant what waits',
      events: [...toDecision('auto'), { type: 'grant-waits', why: 'held', because: 'held by sre-1' }],
      is: { do: 'grant' },
    },
    {
      name: 'lets a person have what they took, also where the last step was done already',
      events: [...toGrant, started, interrupted('take'), finished('succeeded')],
      is: { do: 'close', outcome: 'taken' },
    },
    {
      name: 'lets a person have what they took, where it stopped',
      events: [...toGrant, started, interrupted('take'), finished('stopped')],
      is: { do: 'close', outcome: 'taken' },
    },
    {
      name: 'hands over what was taken while nobody knows its effect',
      events: [...toGrant, started, interrupted('take'), finished('unknown')],
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'undoes what was reversed too late for the runner to stop',
      events: [...toGrant, started, interrupted('reverse'), finished('succeeded')],
      is: { do: 'undo' },
    },
    {
      name: 'watches what was aborted too late to stop',
      events: [...toGrant, started, interrupted('abort'), finished('succeeded')],
      is: { do: 'open-health' },
    },
    {
      name: 'looks anew at what a machine decided alone and could not run for a while',
      events: toDecision('auto'),
      with: { now: START + 31_000 },
      is: { do: 'void', waited: true },
    },
    {
      name: 'does not count such looks as moves of the target',
      events: [proposed, ...Array.from({ length: 5 }, () => [...toDecision('auto').slice(1), waited]).flat()],
      is: { do: 'read-evidence' },
    },
    {
      name: 'hands over what never gets its turn',
      events: [
        proposed,
        ...Array.from({ length: 41 }, () => [...toDecision('auto').slice(1), waited]).flat(),
      ],
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'asks people where policy would let it run alone, but the runner would not',
      events: toDecision('auto', { demands: { signatures: 'confirm', because: 'outside its envelope' } }),
      is: { do: 'open-approval' },
    },
    {
      name: 'voids instead of granting an expired plan',
      events: toDecision('auto'),
      with: { now: LATE },
      is: { do: 'void' },
    },
    { name: 'asks one person', events: toDecision('confirm'), is: { do: 'open-approval' } },
    {
      name: 'refuses',
      events: toDecision('refuse'),
      is: { do: 'close', outcome: 'refused', because: 'Nothing changes while a freeze holds.' },
    },
    {
      name: 'refuses at a hard limit, whatever was decided',
      events: toDecision('auto', { limits: [{ id: 'l', says: 's', limit: '1', actual: '2' }] }),
      is: { do: 'close', outcome: 'refused' },
    },
    {
      name: 'watches until its deadline',
      events: [...toPlan, planned(), decided('observe', START + MINUTE)],
      is: { do: 'wait', until: START + MINUTE },
    },
    {
      name: 'reads anew when the watching ends',
      events: [...toPlan, planned(), decided('observe', START)],
      is: { do: 'end-observation' },
    },
    {
      name: 'asks after it was watched once',
      events: [
        ...toPlan,
        planned(),
        decided('observe', START),
        { type: 'observed' },
        evidence,
        requested,
        planned(),
        decided('observe'),
      ],
      is: { do: 'open-approval' },
    },
    {
      name: 'after watching it waits for as many as the other clauses demanded',
      events: [
        ...toPlan,
        planned(),
        decided('observe', START),
        { type: 'observed' },
        evidence,
        requested,
        planned(),
        decided('observe', null, { afterObserve: 'authorize' }),
        opened,
        approval('sre-2', 'sre'),
      ],
      is: { do: 'wait' },
    },
    {
      name: 'hands over what should be watched without a deadline',
      events: toDecision('observe'),
      is: { do: 'close', outcome: 'escalated' },
    },
    { name: 'waits for signatures', events: toAsking('confirm'), is: { do: 'wait', until: START + MINUTE } },
    {
      name: 'grants with one signature for confirm',
      events: [...toAsking('confirm'), approval('sre-2', 'sre')],
      is: { do: 'grant' },
    },
    {
      name: 'waits with one of two',
      events: [...toAsking('authorize'), approval('sre-2', 'sre')],
      is: { do: 'wait' },
    },
    {
      name: 'waits with two of the same person',
      events: [...toAsking('authorize'), approval('gov-1', 'governance'), approval('gov-1', 'governance')],
      is: { do: 'wait' },
    },
    {
      name: 'grants with two people, one from governance',
      events: [...toAsking('authorize'), approval('sre-2', 'sre'), approval('gov-1', 'governance')],
      is: { do: 'grant' },
    },
    {
      name: 'waits when only the author of the runbook signed',
      events: [
        ...toDecision('confirm'),
        { ...opened, authors: ['sre-1'] } as ProposalEvent,
        approval('sre-1', 'sre'),
      ],
      is: { do: 'wait' },
    },
    {
      name: 'climbs the ladder',
      events: toAsking('confirm'),
      with: { now: START + MINUTE },
      is: { do: 'escalate-approval', rung: 1, role: 'lead' },
    },
    {
      name: 'closes past the last rung',
      events: [...toAsking('confirm'), { type: 'approval-escalated', rung: 1, role: 'lead', until: START }],
      is: { do: 'close-approval', why: 'unanswered' },
    },
    {
      name: 'closes when the plan expired, even with all signatures',
      events: [...toAsking('confirm'), approval('sre-2', 'sre')],
      with: { now: LATE },
      is: { do: 'close-approval', why: 'plan-expired' },
    },
    { name: 'waits for the start', events: toGrant, is: { do: 'wait' } },
    {
      name: 'hands over a start that was never told',
      events: toGrant,
      with: { now: LATE },
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'hands over a run that fell silent',
      events: [...toGrant, started],
      with: { now: LATE },
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'plans anew where the target moved',
      events: [...toGrant, notStarted('STATE_MOVED')],
      is: { do: 'void' },
    },
    {
      name: 'closes where the runner refused',
      events: [...toGrant, notStarted('HELD')],
      is: { do: 'close', outcome: 'refused' },
    },
    { name: 'opens health', events: toFinish, is: { do: 'open-health' } },
    {
      name: 'opens health where nothing had to be done',
      events: [...toGrant, finished('nothing-done')],
      is: { do: 'open-health' },
    },
    {
      name: 'hands over where the runbook is gone',
      events: toFinish,
      with: { runbook: null },
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'hands over a failed run',
      events: [...toGrant, finished('failed')],
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'hands over an unknown effect',
      events: [...toGrant, finished('unknown')],
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'closes a run that was stopped',
      events: [...toGrant, finished('stopped')],
      is: { do: 'close', outcome: 'aborted' },
    },
    {
      name: 'closes a run that undid itself',
      events: [...toGrant, finished('undone')],
      is: { do: 'close', outcome: 'undone' },
    },
    { name: 'resolves what helped', events: toJudge('yes'), is: { do: 'close', outcome: 'resolved' } },
    { name: 'undoes what did not help', events: toJudge('no'), is: { do: 'undo' } },
    { name: 'undoes what could not be seen to help', events: toJudge('blind'), is: { do: 'undo' } },
    {
      name: 'hands over past the right to undo',
      events: toJudge('no'),
      with: { now: LATE },
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'hands over where the runbook does not undo',
      events: toJudge('no'),
      with: { runbook: { health: { ifNotBetter: 'escalate' } } as Runbook },
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'hands over where nothing was changed',
      events: [...toGrant, finished('nothing-done'), watched, judged('no')],
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'closes after the undo',
      events: [...toJudge('no'), undoing, undone(true)],
      is: { do: 'close', outcome: 'undone' },
    },
    {
      name: 'hands over an incomplete undo',
      events: [...toJudge('no'), undoing, undone(false)],
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'hands over an undo that nobody confirms',
      events: [...toJudge('no'), undoing],
      with: { now: LATE },
      is: { do: 'close', outcome: 'escalated' },
    },
    {
      name: 'closes what was denied',
      events: [...toAsking('confirm'), denial],
      is: { do: 'close', outcome: 'denied' },
    },
    {
      name: 'closes what nobody answered',
      events: [...toAsking('confirm'), unanswered('unanswered')],
      is: { do: 'close', outcome: 'unanswered' },
    },
    {
      name: 'closes without action what was superseded',
      events: [...toAsking('confirm'), unanswered('superseded')],
      is: { do: 'close', outcome: 'no-action', because: 'another proposal took its place' },
    },
    {
      name: 'closes what could not be planned',
      events: [...toPlan, { type: 'not-planned', refused: refused('HELD') }],
      is: { do: 'close', outcome: 'refused' },
    },
    {
      name: 'hands over after three void plans',
      events: [
        ...toGrant,
        notStarted('STATE_MOVED'),
        voided,
        evidence,
        requested,
        planned(),
        voided,
        evidence,
        requested,
        planned(),
        voided,
      ],
      is: { do: 'close', outcome: 'escalated' },
    },
    { name: 'does nothing after the end', events: [...toJudge('yes'), closed], is: { do: 'nothing' } },
  ])('$name', ({ events, with: changes = {}, is }) => {
    expect(next(fold(...events), steering(changes))).toMatchObject(is)
  })
})
