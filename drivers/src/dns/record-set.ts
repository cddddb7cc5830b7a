/** One record set: all records of one name and type. The footprint of every DNS step. */
import type { Json } from '@countersign/core/kernel/json'
import type { RecordType } from './record.ts'

/** `ttl` in seconds, null when the set is absent; `records` canonical and sorted, empty when absent. */
export type RecordSet = { name: string; type: RecordType; ttl: number | null; records: string[] }

export const recordSet = (
  name: string,
  type: RecordType,
  ttl: number | null,
  records: string[],
): RecordSet => {
  const unique = [...new Set(records)].sort()
  return { name, type, ttl: unique.length === 0 ? null : ttl, records: unique }
}

export const isSameSet = (a: RecordSet, b: RecordSet): boolean => textOfSet(a) === textOfSet(b)

/** One line for people and for comparing: `60: 192.0.2.1, 192.0.2.2`, or `absent`. */
export const textOfSet = (set: RecordSet): string =>
  set.records.length === 0 ? 'absent' : `${set.ttl}: ${set.records.join(', ')}`

/** Reads a set back from a footprint or artefact of ours; `undefined` for anything else. */
export function recordSetFrom(json: Json, name: string, type: RecordType): RecordSet | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const { ttl = null, records } = json
  if (json['name'] !== name || json['type'] !== type || !Array.isArray(records)) return undefined
  if (!records.every((record): record is string => typeof record === 'string')) return undefined
  if (ttl !== null && (typeof ttl !== 'number' || !Number.isInteger(ttl))) return undefined
  return recordSet(name, type, ttl, records)
}
