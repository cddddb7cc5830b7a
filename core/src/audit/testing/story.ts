/** Honest stories for tests: what the entries of a proposal look like when everything was as it should be. */
import type { SignedAct } from '../../act/act.ts'
import { subjectDigest } from '../../act/subject.ts'
import { assess } from '../../evidence/assess.ts'
import type { Grant } from '../../grant/grant.ts'
import type { Digest } from '../../kernel/digest.ts'
import type { Json } from '../../kernel/json.ts'
import type { Plan } from '../../plan/plan.ts'
import { decisionOf, evidenceOf, grantOf, type Outcome, planOf } from './parts.ts'
import { digestOf, type Log, newLog, openSite, sign, signMachine } from './site.ts'

const MINUTE = 60_000

/** How one proposal goes, phase by phase; a test replaces or leaves out the phases in which it lies. */
export class Story {
  readonly log: Log
  readonly proposal: string
  readonly stream: string
  plan: Plan
  acts: SignedAct[] = []

  constructor(log: Log, kind: 'restart' | 'dns', proposal: string, changes: Partial<Plan> = {}) {
    this.log = log
    this.proposal = proposal
    this.stream = `proposal/${proposal}`
    this.plan = planOf(kind, proposal, log.now() + 1500, changes)
  }

  get digest(): Digest {
    return digestOf('countersign/plan/v1', this.plan as unknown as Json)
  }
  get grantId(): string {
    return `grant-of-${this.proposal}`
  }
  add(type: string, actor: string, state: unknown, secret?: Json): void {
    this.log.add(this.stream, type, actor, state, secret)
  }
  propose(incident: string | null = null): void {
    const { intent, runbook, proposer, targets } = this.plan
    const target = targets[0]
    this.add('proposed', `proposer ${proposer.id}`, {
      incident,
      runbook,
      parameters: {},
      intent,
      proposer,
      expectedStateVersion: null,
      service: target?.service ?? null,
      target: target?.id ?? null,
    })
  }
  read(groups: readonly string[] = ['metrics', 'probe']): void {
    this.log.pass(500)
    const items = evidenceOf(this.log.now(), groups)
    const assessment = assess(items, this.log.now())
    this.add('evidence-read', 'evidence-reader server', { round: 1, items, assessment })
  }
  planIt(): void {
    this.log.pass(1000)
    this.add('plan-requested', 'control-plane server', { plan: this.plan.id, task: 't', runner: 'runner-1' })
    const signature = signMachine('runner-1', 'countersign/plan/v1', this.plan)
    this.add('planned', 'executor runner-1', { plan: { plan: this.plan, signature }, digest: this.digest })
  }
  decide(outcome: Outcome): void {
    this.add('decided', 'policy-engine server', { ...decisionOf(this.plan, outcome), observing: null })
  }
  ask(): void {
    const until = this.log.now() + 10 * MINUTE
    this.add('approval-opened', 'control-plane server', {
      approvers: [],
      asked: ['sre'],
      authors: [],
      rung: 0,
      until,
    })
  }
  approve(person: string, role: string): void {
    this.log.pass(40_000)
    const signed = sign(person, role, 'approve', this.digest, this.log.now())
    this.acts.push(signed)
    this.add('approved', `approver ${person}`, { signed })
  }
  deny(person: string, role: string): void {
    const reason = 'not now'
    const subject = subjectDigest(digestOf, 'deny', { plan: this.digest, reason })
    const signed = sign(person, role, 'deny', subject, this.log.now())
    this.add('denied', `approver ${person}`, { signed, reason: subject }, { reason })
  }
  grant(outcome: Grant['outcome']): void {
    this.log.pass(50)
    const grant = grantOf(this.plan, outcome, this.acts, this.log.now(), this.grantId)
    this.add('granted', 'control-plane server', { grant, task: 't' })
  }
  run(result = 'succeeded'): void {
    this.log.pass(100)
    this.add('execution-started', 'executor runner-1', { grant: this.grantId })
    this.log.pass(2000)
    this.step('verified')
    this.add('execution-finished', 'executor runner-1', {
      grant: this.grantId,
      result,
      why: 'all steps verified',
    })
  }
  step(phase: string): void {
    const step = {
      step: this.plan.steps[0]?.id,
      phase,
      at: this.log.now(),
      saw: 'active (running)',
      stateVersion: null,
    }
    this.add('step-reported', 'executor runner-1', { grant: this.grantId, step })
  }
  health(better: 'yes' | 'no' | 'blind'): void {
    this.add('health-opened', 'verifier server', { until: this.log.now() + MINUTE, samples: 3 })
    this.log.pass(15_000)
    const held = better === 'yes' ? 3 : 0
    this.add('health-judged', 'verifier server', { better, held, of: 3, values: ['1'] })
  }
  undo(complete = true): void {
    this.add('undo-requested', 'control-plane server', {
      because: 'health did not improve within the window',
      task: 'u',
      acts: [],
    })
    this.log.pass(3000)
    const step = {
      step: this.plan.steps[0]?.id,
      phase: 'undone',
      at: this.log.now(),
      saw: 'as before',
      stateVersion: null,
    }
    this.add('undone', 'executor runner-1', { complete, why: 'every step was taken back', steps: [step] })
  }
  close(outcome: string, because: string): void {
    this.add('closed', 'control-plane server', { outcome, because })
  }
}

const INCIDENT = 'incident/1'

function openIncident(log: Log): void {
  const signal = {
    receipt: 'r-1',
    fingerprint: 'f-1',
    alert: 'ServiceDown',
    target: 'web1-app',
    severity: 'major',
  }
  log.add(INCIDENT, 'incident-opened', 'detector alertmanager', {
    service: 'shop',
    severity: 'major',
    alert: 'ServiceDown',
    recurrenceOf: null,
  })
  log.add(INCIDENT, 'signal-accepted', 'detector alertmanager', { ...signal, startsAt: log.now() - 30_000 })
  log.add(INCIDENT, 'incident-routed', 'control-plane server', {
    severity: 'major',
    actionability: 'high',
    route: 'repair',
    because: 'a published runbook fits the signal and its target',
  })
  log.pass(200)
}

/** A restart that policy lets run alone, and that helped. */
export function routine(log: Log = withSite()): Story {
  openIncident(log)
  const story = new Story(log, 'restart', 'p-routine')
  story.propose('1')
  story.read()
  story.planIt()
  story.decide('auto')
  story.grant('auto')
  story.run()
  story.health('yes')
  story.close('resolved', 'health was confirmed within the window')
  log.add(INCIDENT, 'signal-ended', 'detector alertmanager', {
    receipt: 'r-2',
    fingerprint: 'f-1',
    startsAt: 0,
    seenBy: 'alertmanager',
  })
  log.add(INCIDENT, 'incident-resolved', 'control-plane server', {
    because: 'all its alerts ended',
    proposal: 'p-routine',
  })
  return story
}

/** A DNS cutover that an agent proposed and two people signed. */
export function risky(log: Log = withSite()): Story {
  const story = new Story(log, 'dns', 'p-risky')
  story.propose()
  story.read()
  story.planIt()
  story.decide('authorize')
  story.ask()
  story.approve('sre-2', 'sre')
  story.approve('gov-1', 'governance')
  story.grant('authorize')
  story.run()
  story.health('yes')
  story.close('resolved', 'health was confirmed within the window')
  return story
}

/** A restart that ran and did not help, and was taken back. */
export function undoneStory(log: Log = withSite()): Story {
  openIncident(log)
  const story = new Story(log, 'restart', 'p-undone')
  story.propose('1')
  story.read()
  story.planIt()
  story.decide('auto')
  story.grant('auto')
  story.run()
  story.health('no')
  story.undo()
  story.close('undone', 'every step was taken back')
  return story
}

export function withSite(): Log {
  const log = newLog()
  openSite(log)
  return log
}
