/** Ways to lie about signatures: who signed, what, when, and whether they were enough, each with what the audit must find. */

import type { Json } from '../../kernel/json.ts'
import { decided, drop, edit, finish, type Lie, move, nextTrust, regrant, signedBy } from './lie.ts'
import { planOf, some } from './parts.ts'
import { digestOf, START, sign, trustBody } from './site.ts'
import { risky, Story, withSite } from './story.ts'

export const liesPeople: readonly Lie[] = [
  {
    name: 'only one of two people signed',
    finds: ['QUORUM_MISSING'],
    log: () => signedBy(['sre-2', 'sre']),
  },
  {
    name: 'two people signed, none of them from governance',
    finds: ['QUORUM_MISSING'],
    log: () => signedBy(['sre-1', 'sre'], ['sre-2', 'sre']),
  },
  {
    name: 'one person signs twice',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => signedBy(['sre-2', 'sre'], ['sre-2', 'sre']),
  },
  {
    name: 'somebody signs in a role that they do not hold',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => signedBy(['sre-1', 'sre'], ['sre-2', 'governance']),
  },
  {
    name: 'the proposer signs',
    finds: ['APPROVAL_INVALID', 'APPROVED_BY_PROPOSER', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('authorize', { proposer: { kind: 'person', id: 'dev-1' } })
      story.ask()
      story.approve('dev-1', 'sre')
      story.approve('gov-1', 'governance')
      story.grant('authorize')
      return finish(story)
    },
  },
  {
    name: 'the author of the runbook alone signs for it',
    finds: ['QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      story.ask()
      story.approve('sre-1', 'sre')
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'the name of another person stands on a signature',
    finds: ['APPROVAL_INVALID', 'APPROVAL_NOT_RECORDED', 'QUORUM_MISSING'],
    log: () => {
      const { log } = risky()
      edit(log, 'approved', (state) => {
        state.signed.person = 'sre-1'
      })
      return log
    },
  },
  {
    name: 'a denial is passed off as an approval',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      story.ask()
      const no = sign('sre-2', 'sre', 'deny', story.digest, story.log.now())
      story.acts.push({ ...no, act: { ...no.act, act: 'approve' } })
      story.add('approved', 'approver sre-2', { signed: story.acts[0] })
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'an approval of another site is replayed',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      const signed = sign('sre-2', 'sre', 'approve', story.digest, story.log.now(), { site: some('other') })
      story.acts.push(signed)
      story.add('approved', 'approver sre-2', { signed })
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'an approval of another plan is used',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      const other = digestOf('countersign/plan/v1', planOf('dns', 'p-2', START) as unknown as Json)
      const signed = sign('sre-2', 'sre', 'approve', other, story.log.now())
      story.acts.push(signed)
      story.add('approved', 'approver sre-2', { signed })
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'an approval had expired when the grant was issued',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      const signed = sign('sre-2', 'sre', 'approve', story.digest, story.log.now(), {
        notAfter: story.log.now() + 1000,
      })
      story.acts.push(signed)
      story.add('approved', 'approver sre-2', { signed })
      story.log.pass(2000)
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'the person who signed had left the chain before the grant',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('confirm')
      story.ask()
      story.approve('sre-2', 'sre')
      nextTrust(story.log, ['sre-1', 'gov-1'], {
        people: trustBody().people.filter(({ id }) => id !== 'sre-2'),
      })
      story.grant('confirm')
      return finish(story)
    },
  },
  {
    name: 'a nonce is used for two acts',
    finds: ['APPROVAL_NOT_RECORDED', 'NONCE_REUSED', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('authorize')
      story.ask()
      story.approve('sre-2', 'sre')
      const nonce = story.acts[0]?.act.nonce ?? ''
      const signed = sign('gov-1', 'governance', 'approve', story.digest, story.log.now(), { nonce })
      story.acts.push(signed)
      story.add('approved', 'approver gov-1', { signed })
      story.grant('authorize')
      return finish(story)
    },
  },
  {
    name: 'the approvals are struck out of the log, and the grant still carries them',
    finds: ['APPROVAL_NOT_RECORDED', 'QUORUM_MISSING'],
    log: () => {
      const { log } = risky()
      drop(log, 'approved')
      drop(log, 'approved')
      return log
    },
  },
  {
    name: 'the approvals are struck out everywhere',
    finds: ['QUORUM_MISSING'],
    log: () => {
      const { log } = risky()
      drop(log, 'approved')
      drop(log, 'approved')
      regrant(log, (grant, state) => {
        grant.approvals = []
        state.grant.acts = []
      })
      return log
    },
  },
  {
    name: 'an approval comes after the execution',
    finds: ['APPROVAL_NOT_RECORDED', 'QUORUM_MISSING'],
    log: () => {
      const { log } = risky()
      move(log, 'approved', 'closed')
      return log
    },
  },
  {
    name: 'the grant names other acts than it carries',
    finds: ['APPROVAL_NOT_RECORDED'],
    log: () => {
      const { log } = risky()
      regrant(log, (grant) => {
        grant.approvals.pop()
      })
      return log
    },
  },
  {
    name: 'an approval stands there before any plan',
    finds: ['APPROVAL_INVALID'],
    log: () => {
      const story = new Story(withSite(), 'dns', 'p-1')
      story.propose()
      story.approve('sre-2', 'sre')
      return story.log
    },
  },
]
