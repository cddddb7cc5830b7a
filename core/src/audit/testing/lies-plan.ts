/** Ways to lie about plan, facts and decision, each with what the audit must find. */

import { type Any, decided, edit, finish, type Lie, lastOf, regrant, replan } from './lie.ts'
import { decisionOf, some } from './parts.ts'
import { signMachine } from './site.ts'
import { risky, routine, Story, withSite } from './story.ts'

export const liesPlan: readonly Lie[] = [
  {
    name: 'the plan was altered after everyone had signed it',
    finds: ['APPROVAL_INVALID', 'GRANT_OTHER_PLAN', 'PLAN_DIGEST', 'PLAN_SIGNATURE', 'QUORUM_MISSING'],
    log: () => {
      const { log } = risky()
      edit(log, 'planned', (state) => {
        state.plan.plan.steps[0].diff[0].to = '203.0.113.66'
      })
      return log
    },
  },
  {
    name: 'plan and grant were both altered with the keys of both machines: the signatures of people remain',
    finds: ['APPROVAL_INVALID', 'QUORUM_MISSING'],
    log: () => {
      const { log } = risky()
      replan(log, (plan) => {
        plan.steps[0].diff[0].to = '203.0.113.66'
      })
      regrant(log, (grant) => {
        grant.plan = (lastOf(log, 'planned').state as Any).digest
      })
      return log
    },
  },
  {
    name: 'a plan is signed by no runner of the chain',
    finds: ['PLAN_SIGNATURE'],
    log: () => {
      const { log } = routine()
      edit(log, 'planned', (state) => {
        state.plan.signature = signMachine('runner-2', 'countersign/plan/v1', state.plan.plan)
      })
      return log
    },
  },
  {
    name: 'the plan was made for another site',
    finds: ['PLAN_OTHER_SITE'],
    log: () => {
      const story = decided('auto', { site: some('another site') })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'the proposer is exchanged, so that the real one may sign',
    finds: ['PLAN_NOT_AS_PROPOSED'],
    log: () => {
      const { log } = risky()
      edit(log, 'proposed', (state) => {
        state.proposer = { kind: 'person', id: 'dev-1' }
      })
      return log
    },
  },
  {
    name: 'the proposal is recorded a second time, with another proposer',
    finds: ['PLAN_NOT_AS_PROPOSED'],
    log: () => {
      const story = new Story(withSite(), 'dns', 'p-1', { proposer: { kind: 'person', id: 'dev-1' } })
      story.propose()
      story.add('proposed', 'proposer agent-1', {
        ...(story.log.entries.at(-1)?.state as object),
        proposer: { kind: 'agent', id: 'a' },
      })
      story.read()
      story.planIt()
      story.decide('auto')
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'the facts were altered after the decision',
    finds: ['FACTS_DIGEST'],
    log: () => {
      const { log } = risky()
      edit(log, 'decided', (state) => {
        state.facts.values['evidence.confidence'] = 100
      })
      return log
    },
  },
  {
    name: 'the act is relabelled as easy to undo in the facts',
    finds: ['FACTS_NOT_OF_PLAN'],
    log: () => {
      const log = withSite()
      const story = new Story(log, 'dns', 'p-1', {
        action: { kind: 'dns.change', area: 'dns', reversibility: 'none', privileged: false },
      })
      story.propose()
      story.read()
      story.planIt()
      const { decision, facts } = decisionOf(
        { ...story.plan, action: { ...story.plan.action, reversibility: 'easy' } },
        'auto',
      )
      story.add('decided', 'policy-engine server', { decision, facts, observing: null })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'what cannot be undone was let run alone',
    finds: ['DECISION_TOO_MILD'],
    log: () => {
      const story = decided('auto', {
        action: { kind: 'dns.change', area: 'dns', reversibility: 'none', privileged: false },
      })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'the outcome is milder than the clauses that it names',
    finds: ['DECISION_TOO_MILD'],
    log: () => {
      const story = decided('authorize')
      edit(story.log, 'decided', (state) => {
        state.decision.outcome = 'auto'
      })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'an outcome is no known word',
    finds: ['DECISION_TOO_MILD', 'GRANT_TOO_MILD', 'QUORUM_MISSING'],
    log: () => {
      const story = decided('authorize')
      edit(story.log, 'decided', (state) => {
        state.decision.outcome = 'permit'
      })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'a plan is made by a runner that the chain does not know',
    finds: ['PLAN_SIGNATURE'],
    log: () => {
      const story = decided('auto', { runner: 'runner-9' })
      edit(story.log, 'planned', (state) => {
        state.plan.signature = signMachine('runner-9', 'countersign/plan/v1', state.plan.plan)
      })
      story.grant('auto')
      return finish(story)
    },
  },
  {
    name: 'a state is no object',
    finds: ['ENTRY_UNREADABLE'],
    log: () => {
      const story = decided('auto')
      lastOf(story.log, 'decided').state = 'decided'
      return story.log
    },
  },
]
