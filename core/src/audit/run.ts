/** Audits what came after leave was given, or was not: the run, interrupts, health and the outcome. */
import { subjectDigest } from '../act/subject.ts'
import type { Digest } from '../kernel/digest.ts'
import type { ProposalEvent } from '../proposal/event.ts'
import { type Look, reasonOf } from './entry.ts'
import { forgetPlan, type Life } from './life.ts'
import { wrongActOn } from './site.ts'

type Event<T extends ProposalEvent['type']> = Extract<ProposalEvent, { type: T }>

export function auditStarted({ grant }: Event<'execution-started'>, life: Life, look: Look): void {
  if (!hasLeave(grant, life, look)) return
  if (life.grant?.started === true || life.grant?.ended === true)
    look.report('STARTED_TWICE', `grant ${grant} was used before`)
  if (life.grant !== null) life.grant.started = true
}

export function auditStep({ grant }: Event<'step-reported'>, life: Life, look: Look): void {
  if (hasLeave(grant, life, look) && life.grant !== null) life.grant.started = true
}

export function auditFinished({ grant, result }: Event<'execution-finished'>, life: Life, look: Look): void {
  if (!hasLeave(grant, life, look) || life.grant === null) return
  if (life.grant.ended && life.grant.started)
    look.report('STARTED_TWICE', `grant ${grant} came to an end before`)
  life.health = null
  Object.assign(life.grant, { started: true, ended: result !== 'unknown', undone: result === 'undone' })
}

/** The runner names the grant that it acts under: it must be the one that this proposal has now. */
function hasLeave(grant: string, life: Life, { entry, site, report }: Look): boolean {
  if (life.grant?.id === grant) {
    if (life.over !== null && !life.grant.started)
      report('GRANTED_AFTER_END', `the runner started although the proposal was ${life.over}`)
    return true
  }
  const stream = site.grants.get(grant)
  const known = stream === undefined ? 'nobody issued it before' : `it was issued in ${stream}`
  report('STARTED_WITHOUT_GRANT', `${entry.type} names grant ${grant}: ${known}`)
  return false
}

export function auditNotStarted({ grant }: Event<'not-started'>, life: Life, look: Look): void {
  if (life.grant?.id === grant && life.grant.started)
    look.report('VOIDED_AFTER_START', `the runner says that it did not start under grant ${grant}, and had`)
  else if (life.grant?.id === grant) life.grant.ended = true
}

/**
 * The entry names the subject that was signed; with the reason in the person's own words it can be made again, which
 * binds it to this plan.
 */
export function auditDenied({ signed, reason: named }: Event<'denied'>, life: Life, look: Look): void {
  const reason = reasonOf(look.entry)
  const plan = life.planned?.digest
  const subjects =
    reason === null || plan === undefined
      ? [named]
      : [subjectDigest(look.means.digestOf, 'deny', { plan, reason })]
  const wrong =
    plan === undefined
      ? 'there is no plan that it could be about'
      : wrongActOn(signed, 'deny', subjects, look)
  if (wrong !== null) look.report('DENIAL_INVALID', wrong)
  life.over ??= 'denied'
}

/** Such an act is about the grant that runs, or the proposal where there is none yet. */
export function auditInterrupted(
  { how, signed, reason: named }: Event<'interrupted'>,
  life: Life,
  look: Look,
): void {
  const reason = reasonOf(look.entry)
  const subjects = reason === null ? [named] : aboutThis(life, look, how, reason)
  const wrong = wrongActOn(signed, how, subjects, look)
  if (wrong !== null) look.report('INTERRUPT_INVALID', wrong)
}

function aboutThis(life: Life, look: Look, how: 'abort' | 'reverse' | 'take', reason: string): Digest[] {
  const about: ({ grant: string; reason: string } | { proposal: string; reason: string })[] = []
  if (life.grant !== null) about.push({ grant: life.grant.id, reason })
  for (const proposal of namesOf(life, look)) about.push({ proposal, reason })
  return about.map((document) => subjectDigest(look.means.digestOf, how, document))
}

/** The id of the proposal: from its plan, else the end of the name of its stream. */
function namesOf(life: Life, { entry }: Look): string[] {
  if (life.planned !== null) return [life.planned.plan.proposal]
  return [entry.stream, entry.stream.replace(/^.*?\//, '')]
}

export function auditVoided(life: Life, look: Look): void {
  if (life.grant?.started === true && !life.grant.ended) life.open.push(life.grant)
  if (life.grant?.started === true)
    look.report('VOIDED_AFTER_START', `the runner had started under grant ${life.grant.id}`)
  forgetPlan(life)
  life.grant = null
}

export function auditHealth({ better }: Event<'health-judged'>, life: Life): void {
  if (life.grant?.ended === true) life.health = better
}

export function auditUndone({ complete }: Event<'undone'>, life: Life): void {
  life.health = null
  if (life.grant !== null) Object.assign(life.grant, { started: true, ended: true, undone: complete })
}

export function auditClosed({ outcome }: Event<'closed'>, life: Life, { report }: Look): void {
  if (outcome === 'resolved' && life.health !== 'yes')
    report(
      'RESOLVED_WITHOUT_HEALTH',
      `health was ${life.health === null ? 'never judged' : `judged "${life.health}"`}`,
    )
  if (outcome === 'undone' && life.grant?.undone !== true)
    report('UNDONE_WITHOUT_UNDO', 'no complete undo stands before the outcome')
  life.over ??= 'closed'
}
