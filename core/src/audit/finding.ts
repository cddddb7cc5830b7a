/**
 * What an audit may find: codes are closed and only grow. `trail verify` proves that the entries are the recorded ones;
 * these say where the recorded ones tell of something that was not allowed.
 */

const HINTS = {
  ENTRY_UNREADABLE:
    'the state has another form than its type says: read it by hand, and trust nothing that rests on it',
  TRUST_OTHER_GENESIS:
    'the export belongs to another site, or its people were replaced: compare the genesis you keep',
  TRUST_REFUSED:
    'this version does not follow rightly from the one before: nothing signed by its new keys counts',
  TRUST_MISSING:
    'without a trust chain nobody can have signed: ask for an export with the stream of the site',
  TRUST_EXPIRED: 'people must renew the trust chain before anything else runs: ask why it went on',
  PUBLICATION_INVALID: 'nobody rightly signed this text: treat what ran by it as not allowed',
  RUNBOOK_NOT_PUBLISHED: 'the runbook was not in force when it was used: ask where its text came from',
  POLICY_NOT_PUBLISHED: 'nobody signed this policy before it decided: ask where it came from',
  POLICY_NOT_CURRENT: 'another policy was in force: ask who chose the one that decided',
  PLAN_DIGEST: 'what people signed is not this plan: compare the plan with what they saw',
  PLAN_SIGNATURE: 'no runner of the trust chain vouches for this plan: treat it as invented',
  PLAN_OTHER_SITE: 'the plan was made for another site: treat it as replayed',
  PLAN_NOT_AS_PROPOSED: 'the plan differs from what was proposed: ask who changed it',
  FACTS_DIGEST: 'the decision rests on other facts than those recorded: it cannot be recomputed',
  FACTS_NOT_OF_PLAN:
    'the facts tell another story than the signed plan: the decision was made for something else',
  DECISION_TOO_MILD: 'what core always demands was left out: recompute the decision from the facts',
  APPROVAL_INVALID: 'this signature does not count: see whether enough others remain',
  APPROVED_BY_PROPOSER: 'whoever proposes never signs for it: somebody else has to look at it',
  NONCE_REUSED: 'an act was replayed: only its first use counts',
  DENIAL_INVALID: 'nobody rightly said no: ask who stopped it, and why',
  INTERRUPT_INVALID: 'nobody rightly ordered this: ask who stepped in',
  HOLD_INVALID: 'nobody rightly signed for it: a hold that was lifted so still holds',
  REINCARNATION_INVALID: 'too few people signed for the new log: ask what was lost with the old one',
  GRANT_MALFORMED: 'the grant has another form than version 1: a right runner refuses it',
  GRANT_SIGNATURE: 'no grant key of the trust chain signed it: treat it as invented',
  GRANT_OTHER_PLAN: 'the grant allows something else than was decided: compare both plans',
  GRANT_REUSED: 'a grant is for one plan, once: ask what was done the second time',
  GRANT_EXPIRED: 'the plan no longer held when it was granted: the target may have moved',
  GRANT_WITHOUT_DECISION: 'nothing allowed it: ask who issued the grant',
  GRANT_TOO_MILD: 'the grant asks for less than was decided: see which signatures are missing',
  GRANTED_AGAINST_REFUSAL: 'it was refused and ran all the same: find out who issued the grant',
  GRANTED_AFTER_END: 'it had been denied, closed or left unanswered: find out who issued the grant',
  GRANTED_AGAINST_LIMIT:
    'no signature lifts a hard limit or a failed precondition: find out who issued the grant',
  GRANTED_WHILE_HELD: 'a hold covered it: find out who issued the grant',
  APPROVAL_NOT_RECORDED: 'the grant carries other signatures than the log shows: ask where they came from',
  QUORUM_MISSING: 'too few people signed: treat what ran as not allowed',
  STARTED_WITHOUT_GRANT:
    'the runner acted without leave, or the record of it was removed: ask the runner for its journal',
  STARTED_TWICE: 'a grant is used once: ask the runner for its journal',
  VOIDED_AFTER_START: 'what has begun cannot be void: look at what was done to the target',
  EXECUTION_OPEN:
    'it has begun and no end is recorded: look at the target, then at the journal of the runner',
  RESOLVED_WITHOUT_HEALTH: 'nobody saw that it helped: treat the incident as open',
  UNDONE_WITHOUT_UNDO: 'no complete undo is recorded: look at the target',
} as const

export type AuditCode = keyof typeof HINTS

export const AUDIT_CODES = Object.keys(HINTS) as AuditCode[]

/** `where` is `<stream>/<seq>`. */
export type AuditFinding = { code: AuditCode; where: string; means: string; hint: string }

/** Adds a finding at the entry that is looked at just now. */
export type Report = (code: AuditCode, means: string) => void

export function auditFinding(code: AuditCode, where: string, means: string): AuditFinding {
  return { code, where, means, hint: HINTS[code] }
}
