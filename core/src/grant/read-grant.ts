/** Reads a signed grant strictly: an unknown field or version is refused, so that nothing rides along unread. */
import type { SignedAct } from '../act/act.ts'
import { isDigest } from '../kernel/digest.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { readSignedAct } from '../trust/read-chain.ts'
import type { Grant, SignedGrant } from './grant.ts'

const FIELDS: { [field: string]: (value: Json | undefined) => boolean } = {
  v: (value) => value === 1,
  id: text,
  site: digest,
  proposal: text,
  plan: digest,
  runner: text,
  stage: (value) => value === 1,
  outcome: (value) => value === 'auto' || value === 'confirm' || value === 'authorize',
  approvals: (value) => Array.isArray(value) && value.every(text),
  issuedAt: time,
  notAfter: time,
  undo: (value) =>
    isObject(value) &&
    Object.keys(value).sort().join() === 'notAfter,onSilence' &&
    time(value['notAfter']) &&
    (value['onSilence'] === 'undo' || value['onSilence'] === 'hand-over'),
}

export function readSignedGrant(value: Json): { signed: SignedGrant } | { refused: string } {
  if (!isObject(value)) return { refused: 'a signed grant is an object' }
  const outer = Object.keys(value).sort().join()
  if (outer !== 'acts,grant,key,signature')
    return { refused: `expected the fields acts, grant, key, signature, got ${outer}` }
  const { grant, key, signature, acts } = value
  if (grant === undefined || !isObject(grant)) return { refused: 'a grant is an object' }
  const known = Object.keys(FIELDS)
  const unknown = Object.keys(grant).find((field) => !known.includes(field))
  if (unknown !== undefined) return { refused: `the field "${unknown}" of the grant is not known` }
  const wrong = known.find((field) => FIELDS[field]?.(grant[field]) !== true)
  if (wrong !== undefined)
    return { refused: `the field "${wrong}" of the grant is missing or has another form` }
  if (typeof key !== 'string' || typeof signature !== 'string') return { refused: 'the grant is not signed' }
  const read = readActs(acts)
  if ('refused' in read) return read
  return { signed: { grant: grant as unknown as Grant, key, signature, acts: read.acts } }
}

/** A list of signed acts, each of the known form. */
export function readActs(value: Json | undefined): { acts: SignedAct[] } | { refused: string } {
  if (!Array.isArray(value)) return { refused: 'acts is not a list' }
  const acts: SignedAct[] = []
  for (const one of value) {
    const read = readSignedAct(one)
    if ('refused' in read) return read
    acts.push(read.signed)
  }
  return { acts }
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function text(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== ''
}

function digest(value: Json | undefined): boolean {
  return typeof value === 'string' && isDigest(value)
}

function time(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
