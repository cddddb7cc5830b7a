/** The server over HTTP. An answer is bounded in time and size; anything but 200 with the expected JSON is a fault. */
import type { Json } from '@countersign/core/kernel/json'
import { readPollAnswer, readReportAnswer } from './read-answer.ts'
import { LinkFault, type ServerLink, TooLarge } from './server-link.ts'

/** A poll that is not answered within this time counts as no answer. */
const ANSWER_WITHIN = 10_000
const MOST_BYTES = 8 * 1024 * 1024

export function httpLink(server: string, token: () => string): ServerLink {
  const post = (path: string, body: object, signal: AbortSignal) =>
    postJson(new URL(path, server.endsWith('/') ? server : `${server}/`), token, body, signal)
  return {
    poll: async (hello, signal) => readPollAnswer(await post('v1/runner/poll', { hello }, signal)),
    report: async (receipts, signal) =>
      readReportAnswer(await post('v1/runner/reports', { receipts }, signal)),
  }
}

async function postJson(url: URL, token: () => string, body: object, signal: AbortSignal): Promise<Json> {
  // A timer of its own: on Node 20 a combined AbortSignal.timeout may be collected before it fires.
  const ends = new AbortController()
  const end = () => ends.abort(signal.reason)
  const timer = setTimeout(() => ends.abort(new Error(`no answer within ${ANSWER_WITHIN} ms`)), ANSWER_WITHIN)
  signal.addEventListener('abort', end)
  try {
    if (signal.aborted) end()
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: ends.signal,
    })
    const text = await readBounded(response)
    if (response.status === 413) throw new TooLarge(`${url.pathname} answered 413: ${text.slice(0, 200)}`)
    if (response.status !== 200)
      throw new LinkFault(
        `${url.pathname} answered ${response.status}: ${text.slice(0, 200)}`,
        retryAfter(response),
      )
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof LinkFault) throw error
    throw new LinkFault(`${url.pathname} gave no usable answer: ${(error as Error).message}`, null, {
      cause: error,
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > MOST_BYTES) throw new LinkFault(`the answer is longer than ${MOST_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Seconds only; the runner comes back after ten at the latest. */
function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 10) * 1_000 : null
}
