/**
 * Runs work with a signal that ends by the caller's or after a time, with a timer of its own: on Node 20 a combined
 * `AbortSignal.timeout` may be collected before it fires, and a request would hang.
 */
export async function bounded<T>(
  signal: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const end = () => own.abort(signal.reason)
  const timer = setTimeout(() => own.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  signal.addEventListener('abort', end)
  try {
    if (signal.aborted) end()
    return await work(own.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
