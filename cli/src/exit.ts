/**
 * How the command ends. Scripts may rely on these numbers:
 *
 *     0  done
 *     1  failed, or what was checked is not valid
 *     2  used wrongly: unknown command or option, a value is missing
 *     3  refused by a rule: of the policy, of the trust chain, of the state it is in
 *     4  the server is away, or cannot record anything now
 *     5  a verification found something
 */

export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, away: 4, found: 5 } as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** Ends the command with a sentence, what to do about it, and the number. */
export class Stop extends Error {
  override name = 'Stop'
  readonly exit: Exit
  readonly hint: string
  constructor(exit: Exit, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.exit = exit
    this.hint = hint
  }
}

export function usage(message: string, hint: string): Stop {
  return new Stop(EXIT.usage, message, hint)
}

export function failed(message: string, hint: string, cause?: unknown): Stop {
  return new Stop(EXIT.failed, message, hint, cause === undefined ? undefined : { cause })
}

export function refused(message: string, hint: string): Stop {
  return new Stop(EXIT.refused, message, hint)
}
