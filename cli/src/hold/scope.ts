/** What a hold covers, as it is typed: `everything`, or `area:service`, `service:web`, `runbook:dns-change`. */
import type { HoldScope } from '@countersign/core/hold/hold'
import { usage } from '../exit.ts'

export function parseScope(text: string): HoldScope {
  if (text === 'everything') return { kind: 'everything' }
  const [, kind = '', id = ''] = /^(area|service|runbook):(.+)$/.exec(text) ?? []
  if (kind === 'area' || kind === 'service' || kind === 'runbook') return { kind, id }
  throw usage(
    `"${text}" is nothing that can be held`,
    'write everything, area:NAME, service:NAME or runbook:NAME',
  )
}

export function scopeText(scope: { kind: string; id?: string }): string {
  return scope.id === undefined ? scope.kind : `${scope.kind}:${scope.id}`
}
