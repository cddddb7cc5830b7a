/**
 * Reads the checks of a runbook from registered sources, all at once. Every check has an answer: what could not be
 * read is `unknown`, with the reason, and supports nothing.
 */
import type { Evidence } from '@countersign/core/evidence/evidence'
import type { JsonObject } from '@countersign/core/kernel/json'
import { fill } from '@countersign/core/runbook/fill'
import type { Check } from '@countersign/core/runbook/runbook'
import { digestOf } from '@countersign/crypto/digest-of'
import type { Context } from '../context.ts'
import { uuid } from '../uuid.ts'
import { type Reading, verdictOf } from './source.ts'

export async function readChecks(
  context: Context,
  checks: readonly Check[],
  parameters: JsonObject,
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Promise<Evidence[]> {
  return Promise.all(checks.map((check) => readCheck(context, check, parameters, signal)))
}

async function readCheck(
  context: Context,
  check: Check,
  parameters: JsonObject,
  signal: AbortSignal,
): Promise<Evidence> {
  const source = context.sources.get(check.source)
  const filled = fill(check.query, parameters, context.catalogue)
  const observedAt = context.now()
  const about = {
    id: uuid(observedAt),
    check: check.id,
    source: check.source,
    group: source?.group ?? check.source,
  }
  const times = { observedAt, freshUntil: observedAt + check.freshFor }
  try {
    if (source === undefined) throw new Error(`no source "${check.source}" is registered`)
    if ('problem' in filled) throw new Error(filled.problem)
    const reading = await source.read(filled.text, signal)
    return {
      ...about,
      ...times,
      query: filled.text,
      verdict: verdictOf(check.expect, reading, check.whenNot),
      value: reading.text.slice(0, 200),
      digest: digestReading(reading),
    }
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error)
    return {
      ...about,
      ...times,
      query: 'text' in filled ? filled.text : check.query,
      verdict: 'unknown',
      value: `unreadable: ${says.slice(0, 180)}`,
      digest: digestOf('countersign/evidence/v1', says),
    }
  }
}

function digestReading({ raw }: Reading) {
  return digestOf('countersign/evidence/v1', raw)
}
