/** The one error this room throws for what the machine did: message names the thing, `hint` says what to do next. */
export class SiteFault extends Error {
  readonly hint: string | undefined

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'SiteFault'
    this.hint = options.hint
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
