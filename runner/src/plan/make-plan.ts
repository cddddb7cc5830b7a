/**
 * Makes a plan: the runner resolves the targets itself, observes them, and writes down exactly what would happen.
 * Its signature says "this I saw, and this I would do"; whether it may is decided elsewhere, by others.
 */
import type { Verify } from '@countersign/core/act/vouch'
import { checkPublished, publishedDigest } from '@countersign/core/approval/published'
import type { ActionKind } from '@countersign/core/facts/schema'
import { type DemandContext, demandOf } from '@countersign/core/grant/demand'
import type { UnsignedUse } from '@countersign/core/grant/envelope'
import type { DigestOf } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import type { JsonObject } from '@countersign/core/kernel/json'
import type { Condition, Limit, Plan } from '@countersign/core/plan/plan'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type { RunnerConfig } from '@countersign/core/runner/config'
import type { PlanRequest, Refused, RunnerRefusal } from '@countersign/core/runner/protocol'
import type { Trust } from '@countersign/core/trust/chain'
import { refusal } from '../refusal.ts'
import type { Drivers } from '../target.ts'
import { conditionsOf } from './conditions.ts'
import { type DraftedStep, draftSteps } from './draft-steps.ts'
import { fillSteps, ownParameters } from './parameters.ts'
import { hitsFloor } from './serving.ts'

export type ReadRunbook = (text: string) => { runbook: Runbook } | { refused: string }

export type PlanContext = {
  config: RunnerConfig
  drivers: Drivers
  readRunbook: ReadRunbook
  trust: Trust
  now: Instant
  verify: Verify
  digestOf: DigestOf
  observeMs: number
  /** What this runner has done unsigned so far, from its own journal. */
  uses: readonly UnsignedUse[]
}

export type PlanAnswer = { plan: Plan; authors: string[]; runbook: Runbook } | { refused: Refused }

export async function makePlan(request: PlanRequest, context: PlanContext): Promise<PlanAnswer> {
  const published = readPublished(request, context)
  if ('refused' in published) return published
  const { runbook, authors } = published
  const parameters = ownParameters(runbook, request.parameters, context.config.targets)
  if ('wrong' in parameters) return refuse(parameters.code, parameters.wrong)
  const filled = fillSteps(runbook, parameters.values)
  if ('wrong' in filled) return refuse('BAD_PARAMETERS', filled.wrong)
  const drafted = await draftSteps(filled.steps, context)
  if ('refused' in drafted) return drafted
  const wrong = unlike(runbook, drafted.steps) ?? notAsExpected(request, drafted.steps)
  if (wrong !== null) return { refused: wrong }
  const plan = writePlan(request, runbook, parameters.values, drafted.steps, context)
  const bytes = Buffer.byteLength(JSON.stringify(plan))
  if (bytes > LARGEST_PLAN)
    return refuse('BAD_PARAMETERS', `the plan would be ${bytes} bytes large, ${LARGEST_PLAN} may be`)
  return { plan, authors, runbook }
}

function refuse(code: RunnerRefusal, says: string): { refused: Refused } {
  return { refused: refusal(code, says) }
}

type Published = { runbook: Runbook; authors: string[] } | { refused: Refused }

function readPublished({ runbook: given }: PlanRequest, context: PlanContext): Published {
  const digest = publishedDigest(context.digestOf, 'runbook', given.text)
  if (digest !== given.digest)
    return refuse(
      'RUNBOOK_NOT_PUBLISHED',
      `the text of "${given.id}" has digest ${digest}, said was ${given.digest}`,
    )
  const answer = checkPublished({ what: 'runbook', id: given.id, digest, acts: given.acts }, context)
  if (!answer.ok) return refuse('RUNBOOK_NOT_PUBLISHED', answer.says)
  const read = context.readRunbook(given.text)
  if ('refused' in read) return refuse('RUNBOOK_NOT_PUBLISHED', read.refused)
  if (read.runbook.id !== given.id)
    return refuse(
      'RUNBOOK_NOT_PUBLISHED',
      `the text is of runbook "${read.runbook.id}", said was "${given.id}"`,
    )
  return { runbook: read.runbook, authors: answer.authors }
}

/** The recipe must call its action what the drivers call it: a restart is not relabelled. */
function unlike(runbook: Runbook, steps: readonly DraftedStep[]): Refused | null {
  if (steps.length === 0) return refusal('BAD_PARAMETERS', 'the runbook has no steps')
  const same = steps.every(
    ({ hand: { manifest } }) => manifest.kind === runbook.kind && manifest.area === runbook.area,
  )
  if (same) return null
  const kinds = [...new Set(steps.map(({ hand: { manifest } }) => `${manifest.kind} (${manifest.area})`))]
  return refusal(
    'BAD_PARAMETERS',
    `the runbook says ${runbook.kind} (${runbook.area}), its steps are ${kinds.join(', ')}`,
  )
}

function notAsExpected(
  { expectedStateVersion: expected }: PlanRequest,
  steps: readonly DraftedStep[],
): Refused | null {
  const found = steps[0]?.planned.stateVersion
  if (expected === null || expected === found) return null
  return refusal('STATE_MOVED', `the proposal rests on state ${expected}, the target is at ${found}`)
}

/** Whatever the server asks for: what people agree to is about now. */
const LONGEST_PLAN = 86_400_000

/** Bytes of JSON: a server takes 1 MiB in one report, and people are to read what they sign. */
const LARGEST_PLAN = 256 * 1024

const BY_RISK = ['easy', 'hard', 'none'] as const

function writePlan(
  request: PlanRequest,
  runbook: Runbook,
  parameters: JsonObject,
  steps: readonly DraftedStep[],
  context: PlanContext,
): Plan {
  const { config, now } = context
  const manifests = steps.map(({ hand }) => hand.manifest)
  const worst =
    BY_RISK.findLast((one) => manifests.some(({ reversibility }) => reversibility === one)) ?? 'none'
  const targets = [...new Map(steps.map(({ hand }) => [hand.target.id, hand.target])).values()]
  const plan: Omit<Plan, 'demands'> = {
    v: 1,
    id: request.plan,
    site: context.trust.site,
    proposal: request.proposal,
    proposer: request.proposer,
    intent: request.intent,
    runner: config.id,
    runbook: { id: runbook.id, digest: request.runbook.digest },
    policy: request.policy,
    action: {
      kind: runbook.kind,
      area: runbook.area,
      reversibility: worst,
      privileged: manifests.some(({ privileged }) => privileged),
    },
    parameters,
    targets: targets.map(({ id, service, address }) => ({ id, service, address })),
    steps: steps.map(({ planned }) => planned),
    scope: {
      targets: targets.length,
      services: new Set(targets.map(({ service }) => service)).size,
      regions: new Set(targets.map(({ region }) => region)).size,
      shareBp: Math.max(
        ...steps.map(({ draft, hand }) =>
          draft.shareBp > 0
            ? Math.ceil(draft.shareBp)
            : shareOfMembers(hand.target.service, targets, context.config),
        ),
      ),
      remainingDuring: least(steps.map(({ serving }) => serving?.during ?? null)),
      remainingAfter: least(steps.map(({ serving }) => serving?.after ?? null)),
    },
    preconditions: preconditionsOf(runbook, steps),
    limits: limitsOf(request, steps),
    observedAt: now,
    expiresAt: now + Math.min(request.validFor, LONGEST_PLAN),
  }
  return { ...plan, demands: demandOf(plan, demandContext(manifests, context)) }
}

function demandContext(manifests: readonly { kind: ActionKind }[], context: PlanContext): DemandContext {
  const { config, uses, now } = context
  return {
    rules: config.unsigned,
    uses,
    kinds: manifests.map(({ kind }) => kind),
    onePersonKinds: config.signed.one,
    now,
  }
}

/** What a driver does not say itself: the members touched among those that this runner owns, in basis points. */
function shareOfMembers(
  service: string,
  touched: readonly { service: string }[],
  { targets: owned }: RunnerConfig,
): number {
  const count = (all: readonly { service: string }[]) => all.filter((one) => one.service === service).length
  return Math.ceil((count(touched) * 10_000) / Math.max(1, count(owned)))
}

/** Null where one is unknown: a count that lacks a part is no count. */
function least(counts: readonly (number | null)[]): number | null {
  let smallest: number | null = null
  for (const count of counts) {
    if (count === null) return null
    smallest = smallest === null ? count : Math.min(smallest, count)
  }
  return smallest
}

function preconditionsOf(runbook: Runbook, steps: readonly DraftedStep[]): Condition[] {
  const known = steps.flatMap(({ planned, seen }) => conditionsOf(runbook.preconditions, planned.id, seen))
  const lost = runbook.preconditions.filter(({ step }) => !steps.some(({ planned }) => planned.id === step))
  return [...known, ...lost.map(({ id, says }) => ({ id, says, holds: 'unknown' as const }))]
}

function limitsOf({ floors }: PlanRequest, steps: readonly DraftedStep[]): Limit[] {
  return steps.flatMap(({ draft, serving, hand }) => {
    const { service } = hand.target
    const floor = Object.hasOwn(floors, service) ? (floors[service] ?? 0) : 0
    if (!hitsFloor(serving, floor)) return draft.limits
    const says = `too few members of "${service}" would keep serving`
    return [...draft.limits, { id: 'floor', says, limit: `${floor}`, actual: `${serving?.during}` }]
  })
}
