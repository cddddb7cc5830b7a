/** Reads settings and parameters of a step strictly: a missing, wrong or unknown one is a `BadStep` that names it. */
import type { Json, JsonObject } from '@countersign/core/kernel/json'
import { BadStep } from './driver.ts'

/** One place of a step: what it holds, how messages call it, and whether they may quote it (settings may be secret). */
export type Section = { called: string; holds: JsonObject; quotable: boolean }

/** Refuses keys that nobody reads: a mistyped one would be silently without effect. */
export function onlyKeys(section: Section, known: string[]): void {
  for (const key of Object.keys(section.holds)) {
    if (!known.includes(key))
      throw wrong(section, key, 'is unknown', `known are ${known.join(', ') || 'none'}`)
  }
}

/** Text that matches `form`, for example an address; `says` tells the form in words. */
export function textIn(section: Section, key: string, form: RegExp, says: string): string {
  const value = section.holds[key]
  if (value === undefined) throw wrong(section, key, 'is missing', `write ${says}`)
  if (typeof value !== 'string' || !form.test(value))
    throw wrong(section, key, `is not ${says}`, shown(section, value))
  return value
}

export function integerIn(section: Section, key: string, min: number, max: number, preset?: number): number {
  const value = section.holds[key] ?? preset
  if (value === undefined) throw wrong(section, key, 'is missing', `write a whole number ${min} to ${max}`)
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw wrong(section, key, `is not a whole number ${min} to ${max}`, shown(section, value))
  return value
}

/** A list of texts; absent gives `preset`. */
export function textsIn(section: Section, key: string, preset?: string[]): string[] {
  const value = section.holds[key] ?? preset
  if (value === undefined) throw wrong(section, key, 'is missing', 'write a list of texts')
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string'))
    throw wrong(section, key, 'is not a list of texts', shown(section, value))
  return value
}

const shown = (section: Section, value: Json | undefined) =>
  section.quotable ? `it is ${JSON.stringify(value)?.slice(0, 80)}` : 'look at it there'
const wrong = (section: Section, key: string, what: string, hint: string) =>
  new BadStep(`${section.called} "${key}" ${what}`, hint)
