/**
 * A runner for tests: takes its tasks from the API as a runner does, and answers with receipts that are counted,
 * chained and signed by its key. It touches nothing; what it says it saw, the test decides.
 */
import type { Json } from '@countersign/core/kernel/json'
import type { Plan, SignedPlan } from '@countersign/core/plan/plan'
import type { PlanRequest, Receipt, Report, StepReport, Task } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Reply, TestSite } from './site.ts'

type Finished = Extract<Report, { type: 'finished' }>['result']
type Refusal = Extract<Report, { type: 'not-started' }>['refused']

/** How it answers; what is left out goes well. */
export type Manner = {
  plan?: Partial<Plan>
  action?: Partial<Plan['action']>
  scope?: Partial<Plan['scope']>
  notPlanned?: Refusal
  notStarted?: Refusal
  result?: Finished
  /** Says nothing about tasks of these types. */
  silent?: Task['type'][]
  undone?: boolean
}
export type TestRunner = ReturnType<typeof createTestRunner>

export const refusal = (code: Refusal['code']): Refusal => ({
  code,
  says: `it is ${code}`,
  limits: [],
  conditions: [],
})

export function createTestRunner(site: TestSite) {
  const signer = site.keys.runner
  let count = 0
  let prev: Receipt['prev'] = null
  const sign = (report: Report, changes: Partial<Receipt> = {}): Receipt => {
    const unsigned = { runner: 'runner-1', count: count + 1, prev, report, ...changes }
    return { signature: signer.sign('countersign/receipt/v1', unsigned as unknown as Json), ...unsigned }
  }
  const send = (...receipts: Receipt[]) =>
    site.call('POST', '/v1/runner/reports', { token: 'runner', body: { receipts } })
  /** The next receipt, kept as sent. */
  const next = (report: Report): Receipt => {
    const receipt = sign(report)
    const { signature: _, ...unsigned } = receipt
    count = receipt.count
    prev = digestOf('countersign/receipt/v1', unsigned as unknown as Json)
    return receipt
  }
  const report = async (...reports: Report[]): Promise<Reply> => {
    const reply = await send(...reports.map(next))
    if (reply.status !== 200) throw new Error(`the report was not taken: ${reply.text}`)
    return reply
  }
  const take = async (): Promise<Task[]> => {
    const hello = {
      protocol: 1,
      runner: 'runner-1',
      trustVersion: 1,
      logSize: 0,
      holds: [],
      journalHead: 0,
      upMs: 60_000,
    }
    const body = { hello: { ...hello, clock: site.context.now() }, waitMs: 0 }
    const reply = await site.call('POST', '/v1/runner/poll', { token: 'runner', body })
    if (reply.status !== 200) throw new Error(`the poll failed: ${reply.text}`)
    return (reply.body as unknown as { tasks: Task[] }).tasks
  }
  return {
    sign,
    send,
    next,
    report,
    take,
    planFor: (request: PlanRequest, manner: Manner = {}) => planFor(site, request, manner),
    /** Takes what is there and answers it. Returns what it took. */
    async work(manner: Manner = {}): Promise<Task[]> {
      const tasks = await take()
      for (const task of tasks)
        if (!manner.silent?.includes(task.type)) await report(...answersTo(site, task, manner))
      return tasks
    },
  }
}

function answersTo(site: TestSite, task: Task, manner: Manner): Report[] {
  const about = { task: task.id }
  switch (task.type) {
    case 'plan':
      return manner.notPlanned === undefined
        ? [{ type: 'planned', ...about, plan: planFor(site, task.request, manner) }]
        : [{ type: 'not-planned', ...about, refused: manner.notPlanned }]
    case 'execute':
      return execution(task, manner, site.context.now())
    case 'undo': {
      const complete = manner.undone ?? true
      return [{ type: 'undone', ...about, grant: task.grant, steps: [], complete, why: 'as told' }]
    }
    default:
      return [{ type: 'accepted', ...about }]
  }
}

function execution(task: Extract<Task, { type: 'execute' }>, manner: Manner, at: number): Report[] {
  const about = { task: task.id, grant: task.grant.grant.id }
  if (manner.notStarted !== undefined) return [{ type: 'not-started', ...about, refused: manner.notStarted }]
  const step = (phase: StepReport['phase']): Report => ({
    type: 'step',
    ...about,
    step: { step: 'restart', phase, at, saw: 'it', stateVersion: null },
  })
  const result = manner.result ?? 'succeeded'
  return [
    { type: 'started', ...about, at },
    step('applying'),
    step(result === 'succeeded' ? 'verified' : result === 'unknown' ? 'unknown' : 'failed'),
    { type: 'finished', ...about, result, why: `it ${result}` },
  ]
}

/** A rightly signed plan for what was asked, with the changes that a test wants. */
export function planFor(site: TestSite, request: PlanRequest, manner: Manner = {}): SignedPlan {
  const { context, keys } = site
  const target = String(request.parameters['target'])
  const service = target.slice(0, target.lastIndexOf('-'))
  const version = digestOf('countersign/footprint/v1', target)
  const now = context.now()
  const plan: Plan = {
    v: 1,
    id: request.plan,
    site: context.site,
    proposal: request.proposal,
    proposer: request.proposer,
    intent: request.intent,
    runner: 'runner-1',
    runbook: { id: request.runbook.id, digest: request.runbook.digest },
    policy: request.policy,
    action: {
      kind: 'service.restart',
      area: 'service',
      reversibility: 'easy',
      privileged: false,
      ...manner.action,
    },
    parameters: request.parameters,
    targets: [{ id: target, service, address: `127.0.0.1/${target}` }],
    steps: [
      {
        id: 'restart',
        uses: 'systemd.restart',
        target,
        with: {},
        diff: [{ path: 'active', from: 'failed', to: 'active' }],
        stateVersion: version,
        predicted: version,
        undo: { says: 'stops it again', artefact: null },
      },
    ],
    scope: {
      targets: 1,
      services: 1,
      regions: 1,
      shareBp: 2_500,
      remainingDuring: 3,
      remainingAfter: 4,
      ...manner.scope,
    },
    preconditions: [{ id: 'is-failed', says: 'The runner sees it as failed.', holds: 'yes' }],
    limits: [],
    demands: { signatures: 'none', because: 'it lies within what this runner may do unsigned' },
    observedAt: now,
    expiresAt: now + request.validFor,
    ...manner.plan,
  }
  return { plan, signature: keys.runner.sign('countersign/plan/v1', plan as unknown as Json) }
}
