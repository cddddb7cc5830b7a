/** PromQL by the HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/): one instant, one number. */
import { bounded } from './bounded.ts'
import { type Reading, type Source, Unreadable } from './source.ts'

type Answer = {
  status: string
  error?: string
  warnings?: string[]
  data?: { resultType: string; result: unknown }
}

export function prometheus(id: string, group: string, url: string, timeoutMs: number): Source {
  return {
    id,
    group,
    async read(query, signal) {
      const address = `${url}/api/v1/query?${new URLSearchParams({ query })}`
      const { raw, ok, status } = await bounded(signal, timeoutMs, async (ends) => {
        const response = await fetch(address, { signal: ends })
        return { raw: await response.text(), ok: response.ok, status: response.status }
      }).catch((cause: unknown) => {
        throw new Unreadable(`no answer from ${id}`, { cause })
      })
      const answer = parse(raw)
      if (!ok) throw new Unreadable(answer.error ?? `${id} answered ${status}`)
      return toReading(answer, raw)
    },
  }
}

function parse(raw: string): Answer {
  try {
    return JSON.parse(raw) as Answer
  } catch {
    throw new Unreadable('the answer is not JSON')
  }
}

/** No series is no reading, and several are no single number; a warning says that the answer may be partial. */
function toReading(answer: Answer, raw: string): Reading {
  if (answer.status !== 'success') throw new Unreadable(answer.error ?? 'the query failed')
  if ((answer.warnings ?? []).length > 0)
    throw new Unreadable(`partial answer: ${answer.warnings?.join('; ')}`)
  const text = sample(answer.data)
  const value = Number(text)
  if (text === null || text === '' || !Number.isFinite(value))
    throw new Unreadable(`expected one finite number, got ${text || 'none'}`)
  return { value, text, raw }
}

function sample(data: Answer['data']): string | null {
  if (data?.resultType === 'scalar') return (data.result as [number, string])[1]
  if (data?.resultType !== 'vector') return null
  const series = data.result as { value: [number, string] }[]
  return series.length === 1 ? (series[0]?.value[1] ?? null) : null
}
