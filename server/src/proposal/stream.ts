/** Loads and appends the stream of a proposal. State, trail entry, read model and next work are one commit. */
import type { Json } from '@countersign/core/kernel/json'
import type { ProposalEvent } from '@countersign/core/proposal/event'
import { evolveProposal, newProposal, type Proposal } from '@countersign/core/proposal/proposal'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { enqueue } from '../jobs/queue.ts'
import { jobKey } from '../jobs/reconcile.ts'
import type { Retention } from '../record/append.ts'
import { loadStream } from '../record/load.ts'
import { record } from '../record/record.ts'
import { actorOf } from './actor.ts'
import { dueAt } from './due.ts'
import { projectProposal } from './store.ts'

export type LoadedProposal = { id: string; seq: number; head: Uint8Array | null; state: Proposal }

/** A new fact with whoever brought it, and what of it may be erased. */
export type ProposalFact = {
  event: ProposalEvent
  by?: string
  private?: { class: Retention; body: Json }
}

export function proposalStream(id: string): string {
  return `proposal/${id}`
}

export async function loadProposal(db: pg.ClientBase | pg.Pool, id: string): Promise<LoadedProposal> {
  const stream = await loadStream(db, proposalStream(id))
  const state = stream.events.reduce<Proposal>(
    (state, { type, state: payload, at }) =>
      evolveProposal(state, { ...(payload as object), type } as ProposalEvent, at),
    newProposal,
  )
  return { id, seq: stream.seq, head: stream.head ?? null, state }
}

/** Appends facts that were decided from `loaded`; throws StreamMoved where someone else came first. */
export async function appendProposal(
  tx: pg.PoolClient,
  context: Context,
  loaded: LoadedProposal,
  facts: readonly ProposalFact[],
): Promise<LoadedProposal> {
  const now = context.now()
  const state = facts.reduce((state, { event }) => evolveProposal(state, event, now), loaded.state)
  const due = dueAt(state, now, context)
  const recorded = await record(
    tx,
    [
      {
        stream: proposalStream(loaded.id),
        kind: 'proposal',
        expected: loaded.seq,
        ...(loaded.head === null ? {} : { head: loaded.head }),
        events: facts.map(({ event, by, private: secret }) => {
          const { type, ...payload } = event
          return {
            type,
            actor: actorOf(event, by ?? 'countersign'),
            state: payload as unknown as Json,
            ...(secret === undefined ? {} : { private: secret }),
          }
        }),
        dueAt: due,
      },
    ],
    () => now,
  )
  await projectProposal(tx, loaded.id, state, now)
  if (due !== null) await hint(tx, loaded.id, due > now ? due : undefined)
  const last = recorded.at(-1)
  return { id: loaded.id, seq: loaded.seq + facts.length, head: last?.leafHash ?? loaded.head, state }
}

/** A hint to look at the proposal, at once or at a time; hints about one proposal are one job. */
export async function hint(tx: pg.ClientBase, id: string, runAt?: number): Promise<void> {
  const key = jobKey(proposalStream(id))
  await enqueue(tx, 'advance-proposal', id, runAt === undefined ? { key } : { key, runAt })
}
