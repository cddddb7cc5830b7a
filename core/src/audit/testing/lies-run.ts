/** Ways to lie about runs, health, outcomes and interrupts, each with what the audit must find. */

import type { SignedAct } from '../../act/act.ts'
import { subjectDigest } from '../../act/subject.ts'
import { decided, denied, drop, edit, type Lie, lastOf, move } from './lie.ts'
import { grantOf, some } from './parts.ts'
import { digestOf, sign } from './site.ts'
import { risky, routine, undoneStory, withSite } from './story.ts'

export const liesRun: readonly Lie[] = [
  {
    name: 'a grant is used a second time',
    finds: ['STARTED_TWICE'],
    log: () => {
      const story = risky()
      story.log.entries.pop()
      story.run()
      story.health('yes')
      story.close('resolved', 'again')
      return story.log
    },
  },
  {
    name: 'the same plan is granted twice',
    finds: ['GRANT_REUSED'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.run()
      const grant = grantOf(story.plan, 'auto', [], story.log.now(), 'grant-2')
      story.add('granted', 'control-plane server', { grant, task: 't' })
      return story.log
    },
  },
  {
    name: 'a grant of one proposal is recorded in another',
    finds: ['GRANT_OTHER_PLAN', 'GRANT_REUSED'],
    log: () => {
      const log = withSite()
      routine(log)
      const granted = lastOf(log, 'granted')
      const story = decided('auto', {}, log)
      story.add('granted', 'control-plane server', granted.state)
      return log
    },
  },
  {
    name: 'an execution starts with no grant before it',
    finds: ['RESOLVED_WITHOUT_HEALTH', 'STARTED_WITHOUT_GRANT'],
    log: () => {
      const { log } = routine()
      drop(log, 'granted')
      return log
    },
  },
  {
    name: 'the grant is moved behind the start',
    finds: ['STARTED_WITHOUT_GRANT'],
    log: () => {
      const { log } = routine()
      move(log, 'execution-started', 'granted')
      return log
    },
  },
  {
    name: 'an execution that began is called void',
    finds: ['EXECUTION_OPEN', 'VOIDED_AFTER_START'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.add('execution-started', 'executor runner-1', { grant: story.grantId })
      story.add('voided', 'control-plane server', { because: 'nothing was done' })
      return story.log
    },
  },
  {
    name: 'the end of an execution is struck out',
    finds: ['EXECUTION_OPEN', 'RESOLVED_WITHOUT_HEALTH'],
    log: () => {
      const { log } = routine()
      drop(log, 'execution-finished')
      return log
    },
  },
  {
    name: 'an execution of unknown effect is closed all the same',
    finds: ['EXECUTION_OPEN'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.run('unknown')
      story.close('escalated', 'unknown')
      return story.log
    },
  },
  {
    name: 'it is called resolved, and health was never judged',
    finds: ['RESOLVED_WITHOUT_HEALTH'],
    log: () => {
      const { log } = routine()
      drop(log, 'health-judged')
      return log
    },
  },
  {
    name: 'it is called resolved, and health could not be read',
    finds: ['RESOLVED_WITHOUT_HEALTH'],
    log: () => {
      const { log } = routine()
      edit(log, 'health-judged', (state) => {
        state.better = 'blind'
      })
      return log
    },
  },
  {
    name: 'it is called resolved by a look at health from before the act',
    finds: ['RESOLVED_WITHOUT_HEALTH'],
    log: () => {
      const { log } = routine()
      move(log, 'health-judged', 'granted')
      return log
    },
  },
  {
    name: 'it is called undone, and the undo is struck out',
    finds: ['UNDONE_WITHOUT_UNDO'],
    log: () => {
      const { log } = undoneStory()
      drop(log, 'undone')
      return log
    },
  },
  {
    name: 'it is called undone, and the undo was not complete',
    finds: ['UNDONE_WITHOUT_UNDO'],
    log: () => {
      const { log } = undoneStory()
      edit(log, 'undone', (state) => {
        state.complete = false
      })
      return log
    },
  },
  {
    name: 'a denial stands there that nobody signed',
    finds: ['DENIAL_INVALID'],
    log: () => {
      const { log } = denied()
      edit(log, 'denied', (state) => {
        state.signed.person = 'gov-1'
      })
      return log
    },
  },
  {
    name: 'an interrupt names a person who never ordered it',
    finds: ['INTERRUPT_INVALID'],
    log: () => {
      const story = decided('auto')
      const signed = sign('sre-1', 'sre', 'take', some('something else'), story.log.now())
      story.add('interrupted', 'person sre-1', { how: 'take', signed, reason: some('why') })
      return story.log
    },
  },
  {
    name: 'the log was begun anew on the word of one person',
    finds: ['REINCARNATION_INVALID'],
    log: () => {
      const log = withSite()
      const previous = { incarnation: 1, size: 9, root: 'ab' }
      const document = { oldHead: '1/9/ab', newIncarnation: '2' }
      const subject = subjectDigest(digestOf, 'reincarnate', document)
      const acts: SignedAct[] = [sign('sre-1', 'sre', 'reincarnate', subject, log.now())]
      log.add('log', 'log-reincarnated', 'person sre-1', { incarnation: 2, previous, acts })
      return log
    },
  },
  {
    name: 'a state has another form than its type says',
    finds: ['ENTRY_UNREADABLE', 'GRANT_OTHER_PLAN', 'FACTS_NOT_OF_PLAN'],
    log: () => {
      const { log } = routine()
      edit(log, 'planned', (state) => {
        state.plan = null
      })
      return log
    },
  },
  {
    name: 'a grant is used twice before its end',
    finds: ['STARTED_TWICE'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.add('execution-started', 'executor runner-1', { grant: story.grantId })
      story.run()
      return story.log
    },
  },
  {
    name: 'an execution ends twice',
    finds: ['STARTED_TWICE'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.run()
      story.add('execution-finished', 'executor runner-1', {
        grant: story.grantId,
        result: 'succeeded',
        why: 'x',
      })
      return story.log
    },
  },
  {
    name: 'a grant that was not used is used after all',
    finds: ['STARTED_TWICE'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.add('not-started', 'executor runner-1', { grant: story.grantId, refused: {} })
      story.add('execution-started', 'executor runner-1', { grant: story.grantId })
      return story.log
    },
  },
  {
    name: 'a runner that started says that it did not',
    finds: ['EXECUTION_OPEN', 'VOIDED_AFTER_START'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.add('execution-started', 'executor runner-1', { grant: story.grantId })
      story.add('not-started', 'executor runner-1', { grant: story.grantId, refused: {} })
      return story.log
    },
  },
  {
    name: 'the id of a grant is used again for the next plan',
    finds: ['GRANT_REUSED'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.add('voided', 'control-plane server', { because: 'it moved' })
      story.plan = { ...story.plan, id: 'plan-2' }
      story.planIt()
      story.decide('auto')
      story.grant('auto')
      return story.log
    },
  },
  {
    name: 'among those who signed for the new log is one whose signature does not hold',
    finds: ['REINCARNATION_INVALID'],
    log: () => {
      const log = withSite()
      const previous = { incarnation: 1, size: 9, root: 'ab' }
      const document = { oldHead: '1/9/ab', newIncarnation: '2' }
      const subject = subjectDigest(digestOf, 'reincarnate', document)
      const acts = ['sre-1', 'gov-1', 'dev-1'].map((person) =>
        sign(person, person === 'gov-1' ? 'governance' : 'sre', 'reincarnate', subject, log.now()),
      )
      for (const act of acts.slice(2)) act.signature = 'forged'
      log.add('log', 'log-reincarnated', 'person sre-1', { incarnation: 2, previous, acts })
      return log
    },
  },
  {
    name: 'the reason of a denial is exchanged for another',
    finds: ['DENIAL_INVALID'],
    log: () => {
      const { log } = denied()
      lastOf(log, 'denied').secret = { reason: 'another reason' }
      return log
    },
  },
  {
    name: 'an order to abort one run is replayed on another, with its reason',
    finds: ['INTERRUPT_INVALID'],
    log: () => {
      const story = decided('auto')
      const subject = subjectDigest(digestOf, 'abort', { grant: 'grant-of-p-9', reason: 'why' })
      const signed = sign('sre-1', 'sre', 'abort', subject, story.log.now())
      story.add('interrupted', 'person sre-1', { how: 'abort', signed, reason: subject }, { reason: 'why' })
      return story.log
    },
  },
]
