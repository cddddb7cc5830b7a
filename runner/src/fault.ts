/** What keeps a runner from working, with what to do about it. It stops the runner: without its record it does nothing. */
export class RunnerFault extends Error {
  readonly hint: string
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RunnerFault'
    this.hint = hint
  }
}
