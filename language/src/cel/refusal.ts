/** A part of a rule that is not accepted, with its place. Thrown inside the reader only, and collected there. */
import type { RuleProblem, Span } from './rule.ts'

export class Refusal extends Error {
  readonly problem: RuleProblem
  constructor(at: Span, message: string, hint: string) {
    super(message)
    this.problem = { start: at.start, end: at.end, message, hint }
  }
}
