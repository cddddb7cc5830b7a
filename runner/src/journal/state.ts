/** What the journal's lines add up to. Folding trusts history and decides nothing. */
import type { SignedGrant } from '@countersign/core/grant/grant'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Instant } from '@countersign/core/kernel/instant'
import { never } from '@countersign/core/kernel/never'
import type { SignedPlan } from '@countersign/core/plan/plan'
import type { Precondition } from '@countersign/core/runbook/runbook'
import type { ExecutionResult, Receipt } from '@countersign/core/runner/protocol'
import type { Observation } from '@countersign/drivers/driver'
import type { Entry, Line, SettledPhase } from './entry.ts'

export type PlannedMark = {
  authors: string[]
  preconditions: Precondition[]
  floors: Record<string, number>
  expiresAt: Instant
}

/** `after`: as seen when it was verified. */
export type StepMark = {
  phase: 'applying' | SettledPhase
  before: Observation | null
  after: Observation | null
}

export type Execution = {
  task: string
  plan: SignedPlan
  grant: SignedGrant
  by: 'people' | 'envelope'
  at: Instant
  steps: Map<string, StepMark>
  result: ExecutionResult | null
  finishedAt: Instant | null
  /** Set while steps are taken back, and afterwards. */
  undo: { task: string | null; because: string; signed: boolean; complete: boolean | null } | null
  /** Whether the right to undo still stands. */
  settled: boolean
}

export type JournalState = {
  runner: string
  key: string
  genesis: Digest
  trust: { version: number; digest: Digest } | null
  /** Latest time that agreed with the server's word: the clock never counts from before it. */
  floor: Instant
  plans: Map<Digest, PlannedMark>
  executions: Map<string, Execution>
  usedGrants: Set<string>
  usedNonces: Set<string>
  answered: Set<string>
  /** Not acknowledged yet, in order. */
  receipts: Receipt[]
  receiptCount: number
  lastReceipt: Receipt | null
  acknowledged: number
}

export function emptyState(): JournalState {
  return {
    runner: '',
    key: '',
    genesis: 'sha256:',
    trust: null,
    floor: 0,
    plans: new Map(),
    executions: new Map(),
    usedGrants: new Set(),
    usedNonces: new Set(),
    answered: new Set(),
    receipts: [],
    receiptCount: 0,
    lastReceipt: null,
    acknowledged: 0,
  }
}

export function fold(state: JournalState, line: Line): void {
  if (line.sure && line.at > state.floor) state.floor = line.at
  for (const entry of line.entries) foldEntry(state, entry, line.at)
}

function foldEntry(state: JournalState, entry: Entry, at: Instant): void {
  switch (entry.type) {
    case 'opened':
      state.runner = entry.runner
      state.key = entry.key
      state.genesis = entry.genesis
      return
    case 're-rooted':
      state.genesis = entry.genesis
      state.trust = null
      return
    case 'trusted':
      state.trust = { version: entry.version, digest: entry.digest }
      return
    case 'planned':
      state.plans.set(entry.digest, entry)
      state.answered.add(entry.task)
      return
    case 'answered':
      state.answered.add(entry.task)
      return
    case 'reported':
      state.receipts.push(entry.receipt)
      state.receiptCount = entry.receipt.count
      state.lastReceipt = entry.receipt
      return
    case 'acknowledged':
      state.receipts = state.receipts.filter(({ count }) => count > entry.count)
      state.acknowledged = entry.count
      return
    case 'burnt':
      state.usedGrants.add(entry.grant)
      for (const nonce of entry.nonces) state.usedNonces.add(nonce)
      return
    case 'granted':
      foldGranted(state, entry, at)
      return
    default:
      foldExecution(state, entry, at)
  }
}

type Granted = Extract<Entry, { type: 'granted' }>
type OfExecution = Extract<
  Entry,
  { type: 'applying' | 'step' | 'finished' | 'undoing' | 'undo-ended' | 'settled' }
>

function foldGranted(state: JournalState, entry: Granted, at: Instant): void {
  const { grant } = entry.grant
  state.usedGrants.add(grant.id)
  for (const { act } of entry.grant.acts) state.usedNonces.add(act.nonce)
  state.answered.add(entry.task)
  state.executions.set(grant.id, {
    task: entry.task,
    plan: entry.plan,
    grant: entry.grant,
    by: entry.by,
    at,
    steps: new Map(),
    result: null,
    finishedAt: null,
    undo: null,
    settled: false,
  })
}

function foldExecution(state: JournalState, entry: OfExecution, at: Instant): void {
  const run = state.executions.get(entry.grant)
  if (run === undefined) throw new Error(`the journal tells of grant ${entry.grant}, which it never took`)
  switch (entry.type) {
    case 'applying':
      run.steps.set(entry.step, { phase: 'applying', before: entry.before, after: null })
      return
    case 'step': {
      const { before, after } = run.steps.get(entry.step) ?? { before: null, after: null }
      run.steps.set(entry.step, { phase: entry.phase, before, after: entry.after ?? after })
      return
    }
    case 'finished':
      run.result = entry.result
      run.finishedAt = at
      return
    case 'undoing':
      run.undo = {
        task: entry.task,
        because: entry.because,
        signed: entry.signed ?? false,
        complete: null,
      }
      return
    case 'undo-ended':
      if (run.undo !== null) run.undo = { ...run.undo, complete: entry.complete }
      run.settled = true
      return
    case 'settled':
      run.settled = true
      return
    default:
      never(entry)
  }
}
