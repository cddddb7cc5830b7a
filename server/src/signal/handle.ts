/**
 * Takes a batch of signals: places each one, records it, and answers with a receipt for every one of them, or with
 * nothing at all. What was acknowledged is in the trail; a batch sent again changes nothing.
 */
import { type OpenIncident, type Placement, place } from '@countersign/core/signal/place'
import { type Signal, type Subject, subjectOf } from '@countersign/core/signal/signal'
import type pg from 'pg'
import type { Context } from '../context.ts'
import { inTransaction } from '../database/transaction.ts'
import { findCandidates, findRecurrence } from '../incident/store.ts'
import { appendIncident, type IncidentFact, type LoadedIncident, loadIncident } from '../incident/stream.ts'
import type { Append } from '../record/append.ts'
import { record } from '../record/record.ts'
import { uuid } from '../uuid.ts'
import { lockPlaces, lockSource, type SignalReceipt, writeFiring, writeReceipt } from './store.ts'

export async function acceptSignals(
  context: Context,
  source: string,
  signals: Signal[],
): Promise<SignalReceipt[]> {
  return inTransaction(context.pool, async (tx) => {
    await lockSource(tx, source)
    const batch = new Batch(tx, context, await candidates(tx, context, source, signals))
    const receipts: SignalReceipt[] = []
    for (const signal of signals) receipts.push(await batch.accept(signal))
    await batch.write()
    return receipts
  })
}

async function candidates(tx: pg.PoolClient, context: Context, source: string, signals: Signal[]) {
  const found = signals.flatMap((signal) => subjectOf(signal, context.catalogue)?.service.id ?? [])
  const [services, alerts] = [[...new Set(found)], [...new Set(signals.map(({ alert }) => alert))]]
  await lockPlaces(tx, [...services.map((id) => `service ${id}`), ...alerts.map((name) => `alert ${name}`)])
  return findCandidates(tx, source, {
    fingerprints: signals.map(({ fingerprint }) => fingerprint),
    services,
    alerts,
  })
}

/** Collects what one webhook does to each incident, so that each stream is appended to once. */
class Batch {
  readonly #tx: pg.PoolClient
  readonly #context: Context
  readonly #loaded = new Map<string, LoadedIncident>()
  readonly #facts = new Map<string, IncidentFact[]>()
  #open: OpenIncident[]

  constructor(tx: pg.PoolClient, context: Context, open: OpenIncident[]) {
    this.#tx = tx
    this.#context = context
    this.#open = open
  }

  async accept(signal: Signal): Promise<SignalReceipt> {
    const { now } = this.#context
    const subject = subjectOf(signal, this.#context.catalogue)
    const placement = place(signal, subject, this.#open, now())
    const receipt: SignalReceipt = {
      receipt: uuid(now()),
      fingerprint: signal.fingerprint,
      disposition: placement.type,
      incident: placement.type === 'opens' ? uuid(now()) : placement.incident,
      because: placement.type === 'set-aside' ? placement.because : null,
    }
    if (placement.type === 'set-aside') this.#setAside.push(setAside(signal, receipt, placement.because))
    if (receipt.incident !== null) await this.#note(signal, subject, placement, receipt, receipt.incident)
    await writeReceipt(this.#tx, signal, receipt, now())
    return receipt
  }

  async #note(signal: Signal, subject: Subject, placement: Placement, receipt: SignalReceipt, id: string) {
    if (placement.type === 'set-aside' || placement.type === 'repeats') return
    const facts = this.#facts.get(id) ?? []
    this.#facts.set(id, facts)
    if (placement.type === 'opens') facts.push(await this.#opening(signal, subject))
    facts.push(
      placement.type === 'resolves'
        ? ended(signal, receipt.receipt)
        : accepted(signal, subject, receipt.receipt),
    )
    await this.#remember(id, signal, subject, placement.type)
  }

  async #opening(signal: Signal, subject: Subject): Promise<IncidentFact> {
    const service = subject?.service.id ?? null
    const recurrenceOf = await findRecurrence(this.#tx, service, signal.alert, this.#context.now())
    return {
      event: {
        type: 'incident-opened',
        service,
        severity: signal.severity,
        alert: signal.alert,
        recurrenceOf,
      },
    }
  }

  /** Later signals of the same batch see what the earlier ones did. */
  async #remember(id: string, signal: Signal, subject: Subject, type: 'opens' | 'joins' | 'resolves') {
    const known = this.#open.find((incident) => incident.id === id)
    const { [signal.fingerprint]: _, ...others } = known?.firing ?? {}
    const next: OpenIncident = {
      id,
      isOpen: known?.isOpen ?? true,
      service: known?.service ?? subject?.service.id ?? null,
      alerts: [...new Set([...(known?.alerts ?? []), signal.alert])],
      lastSignalAt: this.#context.now(),
      firing: type === 'resolves' ? others : { ...others, [signal.fingerprint]: signal.startsAt },
      ended: { ...known?.ended, ...(type === 'resolves' ? { [signal.fingerprint]: signal.startsAt } : {}) },
    }
    this.#open = [...this.#open.filter((incident) => incident.id !== id), next]
    if (type !== 'opens' && !this.#loaded.has(id)) this.#loaded.set(id, await loadIncident(this.#tx, id))
    this.#signals.push({ id, signal, isEnd: type === 'resolves' })
  }

  readonly #setAside: Append[] = []
  readonly #signals: { id: string; signal: Signal; isEnd: boolean }[] = []

  async write(): Promise<void> {
    if (this.#setAside.length > 0) await record(this.#tx, this.#setAside, this.#context.now)
    for (const [id, facts] of this.#facts) {
      const loaded = this.#loaded.get(id) ?? (await loadIncident(this.#tx, id))
      await appendIncident(this.#tx, this.#context, loaded, facts, true)
    }
    for (const { id, signal, isEnd } of this.#signals) await writeFiring(this.#tx, signal, id, isEnd)
  }
}

/** Nothing follows from it, and that is an entry too: a stream of its own, closed at once. */
function setAside(signal: Signal, { receipt, incident }: SignalReceipt, because: string): Append {
  const { source, fingerprint, status, startsAt } = signal
  return {
    stream: `signal/${receipt}`,
    kind: 'signal',
    expected: 0,
    events: [
      {
        type: 'signal-set-aside',
        actor: { kind: 'detector', id: source },
        state: { because, fingerprint, status, startsAt, incident },
      },
    ],
    dueAt: null,
    close: true,
  }
}

function accepted(signal: Signal, subject: Subject, receipt: string): IncidentFact {
  const { fingerprint, alert, severity, startsAt, labels, annotations } = signal
  return {
    event: {
      type: 'signal-accepted',
      receipt,
      fingerprint,
      alert,
      target: subject?.target.id ?? null,
      severity,
      startsAt,
      labels: pseudonymous(labels),
    },
    private: { class: 'incident', body: { labels: { ...labels }, annotations: { ...annotations } } },
  }
}

/** Only the labels that runbooks' triggers match on are kept for folding; all of them are in the private payload. */
function pseudonymous(labels: Signal['labels']): Record<string, string> {
  const kept = ['alertname', 'name', 'host', 'instance', 'job', 'service', 'unit', 'severity']
  return Object.fromEntries(Object.entries(labels).filter(([name]) => kept.includes(name)))
}

function ended(signal: Signal, receipt: string): IncidentFact {
  return {
    event: {
      type: 'signal-ended',
      receipt,
      fingerprint: signal.fingerprint,
      startsAt: signal.startsAt,
      seenBy: signal.source,
    },
  }
}
