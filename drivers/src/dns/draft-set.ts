/** Pure: the record set after a step, the difference, and what no approval lifts. */
import type { Change, Limit } from '@countersign/core/plan/plan'
import type { DnsStep } from './dns-step.ts'
import { type RecordSet, recordSet } from './record-set.ts'

/** The set as it will be. A `delete` of records that are not there leaves it alone. */
export function predictedSet(step: DnsStep, before: RecordSet): RecordSet {
  const { name, type } = step
  if (step.action === 'upsert') return recordSet(name, type, step.ttl, step.records)
  return recordSet(
    name,
    type,
    before.ttl,
    before.records.filter((record) => !step.records.includes(record)),
  )
}

/** One line per record that goes or comes, then the TTL, then the size where it changes. */
export function differenceOf(before: RecordSet, after: RecordSet): Change[] {
  const path = `${before.name} ${before.type}`
  const gone = before.records.filter((record) => !after.records.includes(record))
  const come = after.records.filter((record) => !before.records.includes(record))
  const changes: Change[] = [
    ...gone.map((from) => ({ path, from, to: null })),
    ...come.map((to) => ({ path, from: null, to })),
  ]
  if (before.ttl !== after.ttl)
    changes.push({ path: `${path} ttl`, from: orNull(before.ttl), to: orNull(after.ttl) })
  const [from, to] = [String(before.records.length), String(after.records.length)]
  if (from !== to) changes.push({ path: `${path} records`, from, to })
  return changes
}

/** Share of the records, old and new together, that go or come, in basis points, rounded up; a new TTL changes all. */
export function shareOf(before: RecordSet, after: RecordSet): number {
  const all = new Set([...before.records, ...after.records])
  if (all.size === 0) return 0
  if (before.ttl !== after.ttl) return 10_000
  const kept = before.records.filter((record) => after.records.includes(record)).length
  return Math.ceil(((all.size - kept) * 10_000) / all.size)
}

export function limitsOf(step: DnsStep, before: RecordSet, after: RecordSet, alias: string | null): Limit[] {
  const limits: Limit[] = []
  const stop = (id: string, says: string, limit: string, actual: string) =>
    limits.push({ id, says, limit, actual })
  if (after.records.length === 0)
    stop('empty-set', 'no step leaves a record set empty', 'at least 1 record', '0 records')
  if (step.records.length === 0)
    stop('nothing-named', 'an empty list never means all', 'at least 1 record named', '0')
  if (step.protect.includes(step.name))
    stop('protected', 'the runner protects this name', 'not to be touched', step.name)
  if (step.type === 'CNAME' && after.records.length > 1)
    stop('one-alias', 'a name has at most one alias', '1 record', `${after.records.length} records`)
  if (step.type === 'CNAME' && step.name === step.zone)
    stop('alias-at-apex', 'the zone itself cannot be an alias', 'a name below the zone', step.name)
  if (step.type !== 'CNAME' && alias !== null)
    stop('name-is-alias', 'a name with an alias can hold nothing else', 'no CNAME at the name', alias)
  const missing =
    step.action === 'delete' ? step.records.filter((record) => !before.records.includes(record)) : []
  if (missing.length === step.records.length && missing.length > 0 && before.records.length === 0)
    stop('absent-set', 'there is nothing to delete from', 'a record set that exists', 'absent')
  return limits
}

const orNull = (ttl: number | null) => (ttl === null ? null : String(ttl))
