/** Makes the registered sources from the configuration. */
import type { EvidenceSource } from '@countersign/language/config/server'
import { httpProbe } from './http-probe.ts'
import { keeper } from './keeper.ts'
import { prometheus } from './prometheus.ts'
import type { Source } from './source.ts'

export function createSources(configured: readonly EvidenceSource[]): ReadonlyMap<string, Source> {
  return new Map(configured.map((source) => [source.id, create(source)]))
}

function create({ id, kind, url, group, timeout }: EvidenceSource): Source {
  switch (kind) {
    case 'prometheus':
      return prometheus(id, group, addressOf(id, url), timeout)
    case 'keeper':
      return keeper(id, group, addressOf(id, url), timeout)
    default:
      return httpProbe(id, group, timeout)
  }
}

function addressOf(id: string, url: string | null): string {
  if (url === null) throw new Error(`source "${id}" needs a url`)
  return url.replace(/\/$/, '')
}
