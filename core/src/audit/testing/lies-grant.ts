/** Ways to lie about grants and holds, each with what the audit must find. */

import { DAY, decided, denied, drop, edit, finish, hold, type Lie, lift, regrant } from './lie.ts'
import { some } from './parts.ts'
import { risky, routine, withSite } from './story.ts'

export const liesGrant: readonly Lie[] = [
  {
    name: 'the grant has a field that version 1 does not know',
    finds: ['GRANT_MALFORMED', 'RESOLVED_WITHOUT_HEALTH', 'STARTED_WITHOUT_GRANT'],
    log: () => {
      const { log } = risky()
      regrant(log, (grant) => {
        grant.force = true
      })
      return log
    },
  },
  {
    name: 'the grant is signed by a key that is not in the chain',
    finds: ['GRANT_SIGNATURE'],
    log: () => {
      const { log } = risky()
      edit(log, 'granted', (state) => {
        state.grant.key = 'grant-9'
      })
      return log
    },
  },
  {
    name: 'the grant was altered after it was signed',
    finds: ['GRANT_SIGNATURE'],
    log: () => {
      const { log } = risky()
      edit(log, 'granted', (state) => {
        state.grant.grant.notAfter += 1
      })
      return log
    },
  },
  {
    name: 'the grant is for another plan',
    finds: ['GRANT_OTHER_PLAN'],
    log: () => {
      const { log } = routine()
      regrant(log, (grant) => {
        grant.plan = some('another plan')
      })
      return log
    },
  },
  {
    name: 'the grant is for another runner',
    finds: ['GRANT_OTHER_PLAN'],
    log: () => {
      const { log } = routine()
      regrant(log, (grant) => {
        grant.runner = 'runner-2'
      })
      return log
    },
  },
  {
    name: 'the plan had expired when it was granted',
    finds: ['GRANT_EXPIRED'],
    log: () => {
      const story = decided('auto')
      story.log.pass(DAY)
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'a grant is issued without any decision',
    finds: ['GRANT_WITHOUT_DECISION'],
    log: () => {
      const { log } = routine()
      drop(log, 'decided')
      return log
    },
  },
  {
    name: 'the grant asks for less than was decided',
    finds: ['GRANT_TOO_MILD'],
    log: () => {
      const { log } = risky()
      regrant(log, (grant) => {
        grant.outcome = 'confirm'
      })
      return log
    },
  },
  {
    name: 'a refused plan is granted',
    finds: ['GRANTED_AGAINST_REFUSAL', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('refuse')
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'a denied plan is granted',
    finds: ['GRANTED_AFTER_END', 'QUORUM_MISSING'],
    log: () => {
      const story = denied()
      story.grant('authorize')
      return finish(story)
    },
  },
  {
    name: 'a plan that nobody answered is granted',
    finds: ['GRANTED_AFTER_END', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      story.ask()
      story.add('approval-closed', 'control-plane server', { why: 'unanswered' })
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'a plan that hits a hard limit is granted',
    finds: ['GRANTED_AGAINST_LIMIT'],
    log: () => {
      const story = decided('auto', {
        limits: [{ id: 'floor', says: 'two must serve', limit: '2', actual: '1' }],
      })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'a plan is granted although a precondition does not hold',
    finds: ['GRANTED_AGAINST_LIMIT'],
    log: () => {
      const story = decided('auto', { preconditions: [{ id: 'p', says: 'the unit exists', holds: 'no' }] })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'something is granted while a hold covers it',
    finds: ['GRANTED_WHILE_HELD'],
    log: () => {
      const log = withSite()
      hold(log)
      return risky(log).log
    },
  },
  {
    name: 'a hold is lifted by somebody with no key here, and so goes on holding',
    finds: ['GRANTED_WHILE_HELD', 'HOLD_INVALID'],
    log: () => {
      const log = withSite()
      hold(log, 'h-1', { kind: 'everything' })
      lift(log, 'nobody-1', 'sre')
      return routine(log).log
    },
  },
  {
    name: 'a hold is set that the person named never signed',
    finds: ['HOLD_INVALID'],
    log: () => {
      const log = withSite()
      hold(log, 'h-1', { kind: 'area', id: 'deployment' })
      edit(log, 'hold-set', (state) => {
        state.until += 1
      })
      return log
    },
  },
  {
    name: 'the grant was made for another site',
    finds: ['GRANT_OTHER_PLAN'],
    log: () => {
      const { log } = routine()
      regrant(log, (grant) => {
        grant.site = some('another site')
      })
      return log
    },
  },
  {
    name: 'a denied plan is granted, and did not run yet',
    finds: ['GRANTED_AFTER_END', 'QUORUM_MISSING'],
    log: () => {
      const story = denied()
      story.grant('authorize')
      return story.log
    },
  },
  {
    name: 'a grant whose proposal was closed is used afterwards',
    finds: ['GRANTED_AFTER_END'],
    log: () => {
      const story = decided('auto')
      story.grant('auto')
      story.close('escalated', 'the runner did not say whether it started')
      story.run()
      return story.log
    },
  },
]
