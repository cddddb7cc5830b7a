/**
 * What a verifier may find. Codes are closed and only grow; each says what the evidence means and what to do next.
 * An empty list of findings is the only "yes".
 */

const HINTS = {
  MALFORMED_LINE: 'the file was damaged or edited: fetch it again and compare its SHA-256 with the sender',
  HEADER_MISSING: 'this is not a whole export: its first line must be the header',
  HEADER_MISMATCH: 'the header describes another file than this: fetch the export again',
  TRUNCATED: 'the file ends too early: fetch it again',
  AFTER_END: 'something was added behind the end: fetch the export again',
  COUNT_MISMATCH: 'lines were added or removed after the file was written: fetch it again',
  FILE_CHANGED: 'a line that no signature covers was changed: fetch the export again',
  LEAF_ORDER: 'a leaf was removed, repeated or moved: ask for the missing leaves',
  ENTRY_MALFORMED: 'the entry was changed or was never one: compare with another copy of the export',
  STREAM_GAP: 'an entry of the stream was removed or added: ask what happened at this place',
  STREAM_PREV: 'the entry before it in the stream was changed or replaced: compare that one first',
  STATE_MISSING: 'the export left out what the entry rests on: ask for an export with it',
  STATE_MISMATCH: 'the state was changed after it was recorded: treat what it says as false',
  PRIVATE_MISSING: 'the private payload was left out without being marked as erased: ask for it',
  PRIVATE_MISMATCH: 'the private payload was changed after it was recorded: treat what it says as false',
  PRIVATE_UNEXPECTED: 'somebody added a payload that was never recorded: ignore it',
  ERASED_WITHOUT_TOMBSTONE: 'evidence was destroyed without a record: ask who did so and on what ground',
  CHECKPOINT_MALFORMED: 'the checkpoint was damaged or edited: compare with one kept elsewhere',
  CHECKPOINT_SIGNATURE: 'the checkpoint was changed or forged: compare with one kept elsewhere',
  NO_LOG_SIGNATURE:
    'no key that you trust signed this checkpoint: check your trust settings, then the sender',
  WRONG_ORIGIN: 'this is the log of somebody else: check which site you meant to audit',
  INCARNATION_ORDER: 'the log was restarted in a way that hides something: compare with heads kept elsewhere',
  INCARNATION_UNANNOUNCED: 'the log was restarted without saying what was lost: ask for the announcement',
  LOG_REWOUND:
    'entries were lost in a restore: ask what they were; once people explained it, accept this rewind',
  CHECKPOINT_ORDER: 'checkpoints must grow: one was moved, repeated or taken from another log',
  NO_CHECKPOINT: 'nothing in this file is signed: ask for an export up to a checkpoint',
  MISSING_LEAVES: 'the log held more leaves than the file: ask for the rest',
  ROOT_MISMATCH: 'a leaf was changed, removed, added or moved: see the other findings in this range',
  INCLUSION: 'the leaf is not part of the signed log: treat it as invented',
  UNCOVERED_TAIL: 'the last entries are not signed yet: export again after the next checkpoint',
  WITNESS_QUORUM:
    'too few independent witnesses saw this log: fetch the newest head from a witness and compare',
  SHORTER_THAN_PINNED:
    'the log was cut or set back to before what you saw: compare it with the head you kept',
  FORK_VS_PINNED: 'you were shown another log than before: keep both copies, they prove it',
  PIN_UNPROVEN: 'ask for an export with a consistency proof from the size you remember',
  STALE: 'an old state was served: ask for a fresh export and compare with the newest head at a witness',
  BACKDATED: 'the entry claims to be older than the log allows: trust the order, not its time',
  POSTDATED: 'the entry claims a time after it was witnessed: trust the order, not its time',
} as const

export type FindingCode = keyof typeof HINTS

/** `at`: `leaf 17`, `leaves 3 to 9`, `line 20`, `checkpoint 12` (its size), `stream "a"` or `file`. */
export type Finding = { code: FindingCode; at: string; means: string; hint: string }

export const FINDING_CODES = Object.keys(HINTS) as FindingCode[]

export function finding(code: FindingCode, at: string, means: string): Finding {
  return { code, at, means, hint: HINTS[code] }
}

/** Collects findings; keeps the first thousand and counts the rest, so that a hostile file cannot fill the memory. */
export class Findings {
  readonly kept: Finding[] = []
  leftOut = 0

  add(code: FindingCode, at: string, means: string): void {
    if (this.kept.length < 1000) this.kept.push(finding(code, at, means))
    else this.leftOut++
  }
}
