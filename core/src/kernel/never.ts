/** Ends every `switch` on a union: a forgotten case fails to compile, and crashes the request if it gets here. */
export function never(value: never): never {
  throw new Error(`a case nobody wrote: ${JSON.stringify(value)}`)
}
