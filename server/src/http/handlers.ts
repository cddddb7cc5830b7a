/** Which handler answers which operation: the map of the API on the server's side. */
import { createHash } from 'node:crypto'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Receipt, RunnerHello } from '@countersign/core/runner/protocol'
import { approve, deny } from '../approval/handle.ts'
import { inTransaction } from '../database/transaction.ts'
import { resumeHold, setHold } from '../hold/handle.ts'
import { listHoldRows } from '../hold/store.ts'
import { recordCause, takeIncident } from '../incident/handle.ts'
import { showIncident, showIncidents } from '../incident/show.ts'
import { interrupt } from '../proposal/interrupt.ts'
import { propose } from '../proposal/make.ts'
import { showProposal, showProposals } from '../proposal/show.ts'
import { proposedOf } from '../proposal/steering.ts'
import { publishText } from '../publication/handle.ts'
import { listPublicationRows } from '../publication/store.ts'
import { takeReceipts } from '../runner/handle.ts'
import { pollTasks } from '../runner/poll.ts'
import { wordFor } from '../runner/word.ts'
import { toSignals } from '../signal/alertmanager.ts'
import { acceptSignals } from '../signal/handle.ts'
import { streamEntries } from '../trail/events.ts'
import { streamExport } from '../trail/export.ts'
import { logHead } from '../trail/head.ts'
import { reincarnateLog } from '../trail/reincarnate.ts'
import { derived, uuid } from '../uuid.ts'
import type { Call, Handlers } from './app.ts'
import { health } from './health.ts'
import { Refusal } from './refusal.ts'

export const handlers: Handlers = {
  receiveAlertmanager: async ({ context, caller, body }) => ({
    receipts: await acceptSignals(context, caller.id, toSignals(body, caller.id, context.now())),
  }),
  listIncidents: ({ context, query }) => showIncidents(context, query),
  getIncident: ({ context, params }) => showIncident(context, params.id),
  takeIncident: ({ context, params, body }) => takeIncident(context, params.id, body.reason, body.signed),
  recordCause: ({ context, params, body }) => recordCause(context, params.id, body.cause, body.signed),
  makeProposal,
  listProposals: ({ context, query }) => showProposals(context, query),
  getProposal: ({ context, params }) => showProposal(context, params.id),
  approveProposal: ({ context, params, body }) => approve(context, params.id, body.signed),
  denyProposal: ({ context, params, body }) => deny(context, params.id, body.reason, body.signed),
  interruptProposal: ({ context, params, body }) => interrupt(context, params.id, body),
  listHolds: async ({ context }) => ({
    items: (await listHoldRows(context.pool)).map((hold) => toHold(hold, context.now())),
  }),
  setHold: async ({ context, body }) => toHold(await setHold(context, body), context.now()),
  resumeHold: async ({ context, params, body }) => {
    await resumeHold(context, params.id, body.signed)
    return { id: params.id }
  },
  listPublications: async ({ context }) => {
    const rows = await listPublicationRows(context.pool)
    return {
      items: rows.filter((row) => row.in_force).map((row) => ({ ...row, publishedAt: row.published_at })),
    }
  },
  publish: async ({ context, body }) => {
    const answer = await publishText(context, body)
    if ('refused' in answer) throw Refusal.refused(answer.refused, 'PUBLICATION')
    return { ...answer.taken, publishedAt: context.now() }
  },
  getTrust: async ({ context }) => ({ site: context.site, chain: [...context.trust.chain()] }),
  getLogHead: ({ context }) => logHead(context),
  exportTrail: ({ context, query, reply }) => streamExport(context, query.incident ?? null, reply),
  reincarnate: ({ context, body }) => reincarnateLog(context, body.acts),
  pollTasks: async ({ context, caller, body, signal }) => {
    const hello = own(caller.id, body.hello)
    return pollTasks(context, hello, body.waitMs, signal)
  },
  report: async ({ context, caller, body }) => ({
    accepted: await takeReceipts(context, caller.id, body.receipts as unknown as Receipt[]),
    word: await wordFor(context, caller.id),
  }),
  getHealth: ({ context }) => health(context),
  watchEvents: ({ context, query, reply, signal }) =>
    streamEntries(context, query.incident ?? null, reply, signal),
}

async function makeProposal({ context, caller, body, idempotencyKey }: Call<'makeProposal'>) {
  if (caller.kind !== 'agent' && caller.kind !== 'person')
    throw new Refusal('FORBIDDEN', `a ${caller.kind} does not propose`)
  const proposer = { kind: caller.kind, id: caller.id }
  const now = context.now()
  const id =
    idempotencyKey === null
      ? uuid(now)
      : derived('proposal', caller.kind, caller.id, idempotencyKey, sum(body))
  const made = await inTransaction(context.pool, (tx) =>
    propose(tx, context, {
      id,
      incident: body.incident ?? null,
      runbook: body.runbook,
      parameters: body.parameters,
      proposer,
      reason: body.reason,
      expectedStateVersion: (body.expectedStateVersion as Digest | undefined) ?? null,
    }),
  )
  const proposed = proposedOf(made.state)
  if (proposed === null) throw new Error(`proposal ${id} was not recorded`)
  return { proposal: id, intent: proposed.intent, phase: made.state.phase }
}

function sum(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex')
}

function own(caller: string, hello: RunnerHello): RunnerHello {
  if (hello.runner !== caller)
    throw new Refusal('FORBIDDEN', `the token is "${caller}"'s, the hello "${hello.runner}"'s`)
  return hello
}

type HoldRow = Awaited<ReturnType<typeof setHold>>

function toHold(hold: HoldRow, now: number) {
  const { id, scope, reason, person, since, until } = hold
  return { id, scope, reason, person, since, until, overdue: until <= now }
}
