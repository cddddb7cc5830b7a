/** The state that the keeper of the bare sample site reports for a service: 1 running, 0 stopped, -1 failed. */
import { bounded } from './bounded.ts'
import { type Source, Unreadable } from './source.ts'

const VALUES = new Map([
  ['running', 1],
  ['stopped', 0],
  ['failed', -1],
])

/** `query` is the name of the service. */
export function keeper(id: string, group: string, url: string, timeoutMs: number): Source {
  return {
    id,
    group,
    async read(query, signal) {
      const raw = await bounded(signal, timeoutMs, async (ends) => {
        const response = await fetch(`${url}/services`, { signal: ends })
        return response.text()
      }).catch((cause: unknown) => {
        throw new Unreadable(`no answer from ${id}`, { cause })
      })
      const { services } = JSON.parse(raw) as { services: { name: string; state: string }[] }
      const state = services.find(({ name }) => name === query)?.state ?? 'missing'
      const value = VALUES.get(state)
      if (value === undefined) throw new Unreadable(`the keeper reports "${state}" for "${query}"`)
      return { value, text: state, raw }
    },
  }
}
