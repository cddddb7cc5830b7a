/**
 * Issues a grant in the commit that records it, with its reservations locked in fixed key order: one act per target,
 * floors and holds across all runbooks. Whatever cannot be reserved waits; nothing is granted on a maybe.
 */
import type { Grant, SignedGrant } from '@countersign/core/grant/grant'
import { covering, type Hold } from '@countersign/core/hold/hold'
import type { Instant } from '@countersign/core/kernel/instant'
import type { Json } from '@countersign/core/kernel/json'
import { strictness } from '@countersign/core/proposal/asking'
import type { WaitReason } from '@countersign/core/proposal/event'
import type { Proposal } from '@countersign/core/proposal/proposal'
import type { Runbook } from '@countersign/core/runbook/runbook'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { listHoldRows, lockHolds } from '../hold/store.ts'
import { policyInForce } from '../publication/handle.ts'
import { uuid } from '../uuid.ts'
import { freeReserved, reserve } from './store.ts'

export type Grantable = Extract<Proposal, { phase: 'cleared' | 'asking' }>
export type Issued =
  | { grant: SignedGrant; task: string }
  /** Not now: looked at again shortly. */
  | { wait: Wait }
  /** Not any more: read, plan and ask again. */
  | { void: string }

/** `says` keeps free text out: it is recorded as it stands. */
export type Wait = { why: WaitReason; says: string }

/** How long the runner has to start, at most. */
const START_WITHIN = 120_000
/** The right to undo outlives the health window by this much. */
const UNDO_MARGIN = 600_000

export async function issueGrant(
  tx: pg.PoolClient,
  context: Context,
  id: string,
  state: Grantable,
  runbook: Runbook | null,
): Promise<Issued> {
  const now = context.now()
  const { plan } = state.planned.signed
  if (plan.expiresAt <= now) return { void: 'the plan expired before it could be granted' }
  if ((await policyInForce(context, tx))?.digest !== plan.policy)
    return { void: 'the policy changed after the plan was made' }
  if (plan.limits.length > 0) return { void: 'the plan hits a hard limit' }
  const lag = refuseByLog(context, state)
  if (lag !== null) return { wait: { why: 'log', says: lag } }
  await lockHolds(tx, 'shared')
  const services = plan.targets.map(({ service }) => service)
  const held = covering(await listHoldRows(tx), {
    area: plan.action.area,
    services,
    runbook: plan.runbook.id,
  })
  if (held.length > 0) return { wait: { why: 'held', says: sayHeld(held) } }
  const taken = await reserve(tx, id, plan, floorsOf(context, services), now)
  if (taken !== null) {
    await freeReserved(tx, id)
    return { wait: { why: 'busy', says: taken } }
  }
  const grant = makeGrant(context, id, state, runbook, now)
  const signature = context.grantKey.signer.sign('countersign/grant/v1', grant as unknown as Json)
  const acts = state.phase === 'asking' ? state.asking.acts : []
  return { grant: { grant, key: context.grantKey.id, signature, acts }, task: uuid(now) }
}

/** Without the reasons: those are a person's words, and may be erased. */
function sayHeld(holds: readonly Hold[]): string {
  return `held by ${holds.map(({ id, person }) => `${person} (hold ${id})`).join(', ')}`
}

function refuseByLog({ log, limits }: Context, { decided, planned }: Grantable): string | null {
  const status = log.status()
  if (status.state === 'rewound' || status.state === 'away') return status.says
  const behindMs = log.behindMs()
  if (behindMs <= limits.logBehind) return null
  const isUnsigned = decided.decision.outcome === 'auto'
  const isFinal = planned.signed.plan.action.reversibility === 'none'
  return isUnsigned || isFinal ? `the log is ${Math.round(behindMs / 1000)} s behind` : null
}

function floorsOf({ catalogue }: Context, services: readonly string[]): Record<string, number> {
  const concerned = catalogue.services.filter(({ id }) => services.includes(id))
  return Object.fromEntries(concerned.map(({ id, floor }) => [id, floor]))
}

function makeGrant(
  context: Context,
  id: string,
  state: Grantable,
  runbook: Runbook | null,
  now: Instant,
): Grant {
  const { plan } = state.planned.signed
  const { decision } = state.decided
  const asked = strictness(decision, plan)
  const undoable = plan.steps.every(({ undo }) => undo !== null)
  const window = runbook?.health.window ?? 0
  return {
    v: 1,
    id: uuid(now),
    site: context.site,
    proposal: id,
    plan: state.planned.digest,
    runner: plan.runner,
    stage: 1,
    outcome: asked === 'none' ? 'auto' : asked,
    approvals: state.phase === 'asking' ? state.asking.acts.map(({ act }) => act.nonce) : [],
    issuedAt: now,
    notAfter: Math.min(plan.expiresAt, now + START_WITHIN),
    undo: {
      notAfter: now + START_WITHIN + window + UNDO_MARGIN,
      onSilence: undoable && runbook?.health.ifNotBetter === 'undo' ? 'undo' : 'hand-over',
    },
  }
}
