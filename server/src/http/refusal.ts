/** A request that cannot be done, thrown by handlers and answered as an RFC 9457 problem. */
import { type Problem, type ProblemCode, problem } from '@countersign/contract/problem'

export class Refusal extends Error {
  override name = 'Refusal'
  readonly problem: Problem
  constructor(
    code: ProblemCode,
    detail: string,
    more: Partial<Pick<Problem, 'says' | 'errors' | 'hint'>> = {},
  ) {
    super(detail)
    this.problem = problem(code, detail, more)
  }
  static notFound(detail: string): Refusal {
    return new Refusal('NOT_FOUND', detail)
  }
  static conflict(detail: string): Refusal {
    return new Refusal('CONFLICT', detail)
  }
  /** `code` is the rule that refused it. */
  static refused(detail: string, code: string): Refusal {
    return new Refusal('REFUSED', detail, { says: code })
  }
}
