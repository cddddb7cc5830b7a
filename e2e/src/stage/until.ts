/** Waits for a state, never for a time. */

/** Asks until the answer is neither null nor false; throws with `what` after the limit. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | false | undefined>,
  timeoutMs = 60_000,
  everyMs = 250,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let last: unknown = null
  while (performance.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== null && answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  throw new Error(
    `waited ${timeoutMs} ms in vain: ${what}${last instanceof Error ? ` (${last.message})` : ''}`,
  )
}

/** Fails the story with a sentence. */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}
