/** Small forms that all files share: names, sentences, lengths of time, moments. */
import type { Duration, Instant } from '@countersign/core/kernel/instant'
import type { Expectation } from '@countersign/core/runbook/runbook'
import { z } from 'zod'

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
}
const DURATION = /^([1-9][0-9]{0,5})(ms|s|m|h|d|w|y)$/
export const DURATION_HINT = 'write a whole number and ms, s, m, h, d, w or y: 30s, 5m, 7y'

/** `5m` as milliseconds; a year has 365 days. Null where it is not a length of time. */
export function durationOf(text: string): Duration | null {
  const match = DURATION.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

export const duration = z
  .string()
  .regex(DURATION, DURATION_HINT)
  .transform((text) => durationOf(text) ?? 0)

const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z$/
const MOMENT_HINT = 'write a moment in UTC: 2030-12-20T18:00Z'

export const moment = z
  .string()
  .regex(MOMENT, MOMENT_HINT)
  .refine((text) => !Number.isNaN(Date.parse(text)), MOMENT_HINT)
  .transform((text): Instant => Date.parse(text))

/** Ids of clauses, runbooks, services, targets, people: what may stand in a URL and in a log line. */
export const ID_HINT = 'write small letters, digits, dots, dashes: web-1'
export const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, ID_HINT)

export const SENTENCE_HINT = 'write a whole sentence that someone outside the team can read'
/** A sentence for people, in business language. */
export const sentence = z
  .string()
  .regex(/\S+\s+\S+/, SENTENCE_HINT)
  .max(600, 'keep it below 600 characters')

export const PATH_HINT = 'write a path, relative to the folder of this file or absolute'
export const filePath = z.string().min(1, PATH_HINT).max(400, PATH_HINT)

export const DIGEST_HINT = 'write sha256: and 64 hex digits'
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, DIGEST_HINT)

export const HTTP_HINT = 'write a whole address: http://127.0.0.1:9090'
export const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), HTTP_HINT)

export const EXPECTATION = /^(status )?(==|!=|<=|>=|<|>) -?[0-9]+(\.[0-9]+)?$/
export const EXPECTATION_HINT = 'write == 1, > 0.5 or status == 200'

/** `status == 200` as operator and number; the text has the form of `EXPECTATION`. */
export function expectationOf(text: string): Expectation {
  const [op, value] = text.replace(/^status /, '').split(' ')
  return { op: op as Expectation['op'], value: Number(value) }
}
