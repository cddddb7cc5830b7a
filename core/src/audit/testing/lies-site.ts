/** Ways to lie about trust, published texts and the policy in force, each with what the audit must find. */

import { DAY, decided, drop, edit, finish, type Lie, lastOf, nextTrust } from './lie.ts'
import { some } from './parts.ts'
import { keyOfPerson, newLog, openSite, publish, START, trustBody } from './site.ts'
import { risky, routine, withSite } from './story.ts'

export const liesSite: readonly Lie[] = [
  {
    name: 'the chain begins at another genesis than the one that the auditor keeps',
    finds: ['TRUST_MISSING', 'TRUST_OTHER_GENESIS'],
    log: () => {
      const log = newLog()
      openSite(log)
      edit(log, 'trust-recorded', (state) => {
        state.body.name = 'another'
      })
      return log
    },
  },
  {
    name: 'a new version of trust is signed by one person alone',
    finds: ['TRUST_REFUSED'],
    log: () => {
      const log = withSite()
      nextTrust(log, ['sre-1'])
      return risky(log).log
    },
  },
  {
    name: 'a version of trust that nobody agreed to brings in the person who then signs',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING', 'TRUST_REFUSED'],
    log: () => {
      const log = withSite()
      const people = [...trustBody().people]
      people.push({
        id: 'fake-1',
        roles: ['governance'],
        keys: [{ key: keyOfPerson('fake-1'), notAfter: START + DAY }],
      })
      nextTrust(log, ['sre-1', 'sre-2'].slice(0, 1), { people })
      const story = decided('authorize', {}, log)
      story.ask()
      story.approve('sre-2', 'sre')
      story.approve('fake-1', 'governance')
      story.grant('authorize')
      return finish(story)
    },
  },
  {
    name: 'something is granted after the trust chain expired',
    finds: ['TRUST_EXPIRED'],
    log: () => {
      const log = withSite()
      log.pass(201 * DAY)
      return routine(log).log
    },
  },
  {
    name: 'the runbook was published by nobody',
    finds: ['PUBLICATION_INVALID', 'RUNBOOK_NOT_PUBLISHED'],
    log: () => {
      const { log } = risky()
      edit(log, 'runbook-published', (state) => {
        state.acts = []
      })
      return log
    },
  },
  {
    name: 'the published text was replaced under its digest',
    finds: ['PUBLICATION_INVALID', 'RUNBOOK_NOT_PUBLISHED'],
    log: () => {
      const { log } = risky()
      edit(log, 'runbook-published', (state) => {
        state.text = 'delete everything'
      })
      return log
    },
  },
  {
    name: 'the runbook is published only after it was used',
    finds: ['RUNBOOK_NOT_PUBLISHED'],
    log: () => {
      const { log } = risky()
      const entry = lastOf(log, 'runbook-published')
      drop(log, 'runbook-published')
      log.entries.push(entry)
      return log
    },
  },
  {
    name: 'a policy decides that nobody published',
    finds: ['POLICY_NOT_PUBLISHED'],
    log: () => {
      const story = decided('auto', { policy: some('own policy') })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'an older policy decides than the one in force',
    finds: ['POLICY_NOT_CURRENT'],
    log: () => {
      const log = withSite()
      publish(log, 'policy', 'default', 'the stricter policy', ['sre-1', 'gov-1'])
      return routine(log).log
    },
  },
  {
    name: 'the label of the policy on a decision is exchanged',
    finds: ['POLICY_NOT_CURRENT', 'POLICY_NOT_PUBLISHED'],
    log: () => {
      const { log } = risky()
      edit(log, 'decided', (state) => {
        state.decision.policy = some('label')
      })
      return log
    },
  },
]
