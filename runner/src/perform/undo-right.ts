/**
 * The right to undo that outlives the grant: the server may use it until the outcome is settled, one person until
 * `notAfter`; where the server has fallen silent by then, the runner does what the grant says of silence. After that
 * it takes as many people as the act itself.
 */
import { subjectDigest } from '@countersign/core/act/subject'
import { checkAct } from '@countersign/core/approval/check'
import { missing, requirementOf, type SignedOutcome, sayMissing } from '@countersign/core/approval/quorum'
import { runnerMinimum } from '@countersign/core/grant/check'
import { readActs } from '@countersign/core/grant/read-grant'
import type { Instant } from '@countersign/core/kernel/instant'
import type { Json } from '@countersign/core/kernel/json'
import type { Task } from '@countersign/core/runner/protocol'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Execution } from '../journal/state.ts'
import { touchedSteps, undoSteps } from './undo.ts'
import { lookForUnseen } from './unseen.ts'
import { busyBecause, isUnseen, kindsOf } from './uses.ts'
import type { Workshop } from './workshop.ts'

type UndoTask = Extract<Task, { type: 'undo' }>

/** The execution must not be running any more. Answers the task with `undone` in every case. */
export async function undoOnRequest(task: UndoTask, shop: Workshop): Promise<void> {
  const run = shop.journal.state.executions.get(task.grant)
  if (run === undefined) return decline(task, `NOT_GRANTED: grant ${task.grant} was never used here`, shop)
  if (run.undo?.complete === true) return answer(task, true, 'it had been taken back already', shop)
  const refused = mayUndo(task, run, shop)
  if (refused !== null) return decline(task, refused, shop)
  if (touchedSteps(run).length === 0) return answer(task, true, 'nothing had an effect', shop)
  const busy = busyBecause(run.plan.plan, task.grant, shop)
  if (busy !== null) return decline(task, `BUSY: ${busy}`, shop)
  const signed = task.acts.length > 0 && peopleAsk(task, 'confirm', shop.clock.now(), shop) === null
  shop.journal.append({
    type: 'undoing',
    grant: task.grant,
    task: task.id,
    because: task.because,
    signed,
  })
  return finishUndo(run, shop)
}

/** Also after a restart in the middle of it. */
export async function finishUndo(run: Execution, shop: Workshop): Promise<void> {
  const { complete, why, steps } = await undoSteps(run, shop)
  const { id } = run.grant.grant
  const task = run.undo?.task ?? run.task
  shop.outbox.report(
    { type: 'undone', task, grant: id, steps, complete, why },
    { type: 'undo-ended', grant: id, complete },
    { type: 'answered', task },
  )
}

function mayUndo(task: UndoTask, run: Execution, shop: Workshop): string | null {
  const now = shop.clock.now()
  const inTime = now < run.grant.grant.undo.notAfter
  if (inTime && !run.settled && !shop.hold.isHeld()) return null
  const why = shop.hold.isHeld()
    ? `HELD: the hold file ${shop.config.holdFile} is there`
    : `NOT_GRANTED: the right to undo ${inTime ? 'takes a person, the outcome is settled' : 'has ended'}`
  const asked = inTime ? 'confirm' : runnerMinimum(kindsOf(run.plan, shop), shop.config.signed.one)
  const lacking = peopleAsk(task, asked, now, shop)
  return lacking === null ? null : `${why}; ${lacking}`
}

function peopleAsk(task: UndoTask, asked: SignedOutcome, now: Instant, shop: Workshop): string | null {
  const trust = shop.trust.current(now)
  if ('refused' in trust) return trust.refused
  const read = readActs(task.acts as unknown as Json)
  if ('refused' in read) return read.refused
  const subject = subjectDigest(digestOf, 'reverse', { grant: task.grant, reason: task.because })
  const people: string[] = []
  for (const signed of read.acts) {
    const usedNonces = shop.journal.state.usedNonces
    const context = { trust: trust.trust, now, act: 'reverse' as const, subject, usedNonces, proposer: null }
    const checked = checkAct(signed, shop.verify, { ...context, already: people })
    if (!checked.ok) return checked.says
    people.push(signed.person)
  }
  const required = requirementOf(asked, [], [], trust.trust.body.onePerson)
  const lacking = missing(
    required,
    read.acts.map(({ person, act }) => ({ person, role: act.role })),
  )
  return lacking === null ? null : sayMissing(lacking)
}

function decline(task: UndoTask, why: string, shop: Workshop): void {
  answer(task, false, why, shop)
}

function answer(task: UndoTask, complete: boolean, why: string, shop: Workshop): void {
  shop.outbox.report(
    { type: 'undone', task: task.id, grant: task.grant, steps: [], complete, why },
    { type: 'answered', task: task.id },
  )
}

/** So long without a word, up to the end of the right, counts as silence. */
const LONGEST_SILENCE = 30_000
/** Later than this the moment was missed (held, or not running), and people decide. */
const LATE = 60_000

/** Looks after one finished execution; called again and again until its right has ended. */
export async function watchRight(run: Execution, shop: Workshop): Promise<void> {
  if (isUnseen(run)) return lookForUnseen(run, shop)
  if (run.settled) return
  const { id, undo } = run.grant.grant
  if (!touchedSteps(run).some((step) => run.steps.get(step.id)?.phase === 'verified')) {
    shop.journal.append({ type: 'settled', grant: id })
    return
  }
  const now = shop.clock.now()
  if (now < undo.notAfter || shop.hold.isHeld()) return
  const window = undo.notAfter - (run.finishedAt ?? run.at)
  const silent = shop.voice.silentFor() >= Math.min(LONGEST_SILENCE, Math.max(0, window / 2))
  if (!silent) {
    shop.journal.append({ type: 'settled', grant: id })
    return
  }
  const why = 'the server was silent until the right to undo ended'
  if (undo.onSilence === 'undo' && now < undo.notAfter + LATE) {
    if (busyBecause(run.plan.plan, id, shop) !== null) return
    shop.journal.append({ type: 'undoing', grant: id, task: null, because: why })
    await finishUndo(run, shop)
    return
  }
  shop.outbox.report(
    { type: 'undone', task: run.task, grant: id, steps: [], complete: false, why: `handed over: ${why}` },
    { type: 'settled', grant: id },
  )
}
