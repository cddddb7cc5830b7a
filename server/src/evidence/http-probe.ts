/**
 * An HTTP probe of our own: the value is the status code, or 0 where the service refuses the connection. A probe that
 * could not be made at all (no route, no time) is unknown: our own blindness says nothing about the service.
 */
import { bounded } from './bounded.ts'
import { type Source, Unreadable } from './source.ts'

const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'])

export function httpProbe(id: string, group: string, timeoutMs: number): Source {
  return {
    id,
    group,
    async read(query, signal) {
      try {
        const response = await bounded(signal, timeoutMs, async (ends) => {
          const answer = await fetch(query, { redirect: 'manual', signal: ends })
          await answer.body?.cancel()
          return answer
        })
        return {
          value: response.status,
          text: `status ${response.status}`,
          raw: `${query} ${response.status}`,
        }
      } catch (error) {
        const code = codeOf(error)
        if (code !== null && REFUSED.has(code)) {
          return { value: 0, text: 'connection refused', raw: `${query} ${code}` }
        }
        throw new Unreadable(`the probe of ${query} did not come through`, { cause: error })
      }
    },
  }
}

function codeOf(error: unknown): string | null {
  const cause = (error as { cause?: { code?: unknown } }).cause
  return typeof cause?.code === 'string' ? cause.code : null
}
