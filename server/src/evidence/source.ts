/** A registered source that Countersign reads itself. Readings of one `group` rest on the same origin and count once. */
import type { Verdict } from '@countersign/core/evidence/evidence'
import type { Expectation } from '@countersign/core/runbook/runbook'

export type Source = {
  id: string
  group: string
  /** Reads one number. Throws `Unreadable` where there is no usable answer: that is unknown, never a zero. */
  read(query: string, signal: AbortSignal): Promise<Reading>
}

/** `text` is shown to people, `raw` is what the digest is taken of. */
export type Reading = { value: number; text: string; raw: string }

export class Unreadable extends Error {
  override name = 'Unreadable'
}

export function meets({ op, value }: Expectation, read: number): boolean {
  switch (op) {
    case '==':
      return read === value
    case '!=':
      return read !== value
    case '<':
      return read < value
    case '<=':
      return read <= value
    case '>':
      return read > value
    default:
      return read >= value
  }
}

export function verdictOf(expect: Expectation, reading: Reading, whenNot: Verdict): Verdict {
  return meets(expect, reading.value) ? 'supports' : whenNot
}
