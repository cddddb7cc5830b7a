/** Reads trust versions strictly: exactly the known fields, of the known shape. What is not understood is not trusted. */
import { type Act, readAct, type SignedAct } from '../act/act.ts'
import { isDigest } from '../kernel/digest.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import type { TrustBody, TrustVersion } from './chain.ts'

type Shape = { [field: string]: (value: Json) => boolean }

const text = (value: Json): boolean => typeof value === 'string' && value !== ''
const flag = (value: Json): boolean => typeof value === 'boolean'
const whole = (value: Json): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const digest = (value: Json): boolean => typeof value === 'string' && isDigest(value)
const orNull =
  (inner: (value: Json) => boolean) =>
  (value: Json): boolean =>
    value === null || inner(value)
const listOf =
  (inner: (value: Json) => boolean) =>
  (value: Json): boolean =>
    Array.isArray(value) && value.every(inner)

function exactly(shape: Shape): (value: Json) => boolean {
  return (value) => mismatch(value, shape) === null
}

/** The first field that is missing, unknown or of another shape; null when all is as expected. */
function mismatch(value: Json, shape: Shape): string | null {
  if (!isObject(value)) return 'expected an object'
  for (const field of Object.keys(value)) {
    if (!Object.hasOwn(shape, field)) return `the field "${field}" is not known`
  }
  for (const [field, fits] of Object.entries(shape)) {
    const found = value[field]
    if (found === undefined) return `the field "${field}" is missing`
    if (!fits(found)) return `the field "${field}" has another form than expected`
  }
  return null
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

const machineKey = exactly({ id: text, key: text, notAfter: whole })
const logKey = exactly({ vkey: text, notAfter: whole })
const person = exactly({
  id: text,
  roles: listOf(text),
  keys: listOf(exactly({ key: text, notAfter: whole })),
})

const BODY: Shape = {
  v: (value) => value === 1,
  version: (value) => whole(value) && value !== 0,
  name: text,
  site: orNull(digest),
  previous: orNull(digest),
  issuedAt: whole,
  expiresAt: whole,
  people: listOf(person),
  runners: listOf(machineKey),
  grantKeys: listOf(machineKey),
  logKeys: listOf(logKey),
  witnesses: listOf(logKey),
  quorum: exactly({ people: (value) => whole(value) && value !== 0, role: text }),
  onePerson: flag,
}

const SIGNED_ACT: Shape = {
  act: (value) => 'act' in readAct(value),
  person: text,
  key: text,
  signature: text,
}

/** One version of the chain, or why it is not one. */
export function readTrustVersion(value: Json): { version: TrustVersion } | { refused: string } {
  if (!isObject(value)) return { refused: 'a trust version is an object' }
  const { body = null, acts = null, ...rest } = value
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined) return { refused: `the field "${unknown}" is not known` }
  const wrong = mismatch(body, BODY)
  if (wrong !== null) return { refused: `trust version: ${wrong}` }
  if (!Array.isArray(acts)) return { refused: 'trust version: acts is not a list' }
  const signed: SignedAct[] = []
  for (const act of acts) {
    const read = readSignedAct(act)
    if ('refused' in read) return read
    signed.push(read.signed)
  }
  return { version: { body: body as unknown as TrustBody, acts: signed } }
}

/** An act with its proof, or why it is not one. */
export function readSignedAct(value: Json): { signed: SignedAct } | { refused: string } {
  const inner = isObject(value) && value['act'] !== undefined ? readAct(value['act']) : null
  if (inner !== null && 'refused' in inner) return inner
  const wrong = mismatch(value, SIGNED_ACT)
  if (wrong !== null) return { refused: `signed act: ${wrong}` }
  const signed = value as unknown as { act: Act; person: string; key: string; signature: string }
  return { signed }
}
