/**
 * Reads a policy file into core's policy: rules checked and compiled, all problems at once. A policy that gets in is
 * monotone: no rule asks for less because a fact got riskier or unknown.
 */
import type { FactType } from '@countersign/core/facts/schema'
import { FACTS } from '@countersign/core/facts/schema'
import type { DigestOf } from '@countersign/core/kernel/digest'
import type { Clause, Control, Policy, RiskRule } from '@countersign/core/policy/policy'
import type { Schema } from '../cel/check.ts'
import { openSource, type Source } from '../reading/document.ts'
import { byPlace, type Problem, type Read } from '../reading/problem.ts'
import { checkShape } from '../reading/shape.ts'
import { twice } from '../reading/twice.ts'
import { checkControls } from './controls.ts'
import { readRule } from './rule.ts'
import { type ClauseFile, type PolicyFile, policyShape } from './schema.ts'

/** The digest of the policy covers its text, byte for byte. */
export function readPolicy(file: string, text: string, digestOf: DigestOf): Read<Policy> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const { source } = opened
  const shaped = checkShape(source, policyShape)
  if ('problems' in shaped) return { problems: [...shaped.problems, ...rulesOfBroken(source)].sort(byPlace) }
  const problems: Problem[] = []
  const policy = build(source, shaped.value, problems, digestOf('countersign/policy/v1', text))
  return problems.length > 0 ? { problems: problems.sort(byPlace) } : { value: policy }
}

function build(source: Source, file: PolicyFile, problems: Problem[], digest: Policy['digest']): Policy {
  const facts = ownFacts(source, file, problems)
  const schema: Schema = { ...facts, ...FACTS }
  problems.push(
    ...twice(
      source,
      'clause',
      file.clauses.map((one) => one.id),
      (index) => ['clauses', index, 'id'],
    ),
  )
  problems.push(...checkControls(source, file.controls))
  const clauses = file.clauses.flatMap((clause, index) => clauseOf(source, clause, index, schema, problems))
  const risk = file.risk.flatMap((one, index): RiskRule[] => {
    const wanted = one.class === 'routine' ? 'falls' : 'rises'
    const read = readRule(source, ['risk', index, 'when'], one.when, schema, wanted)
    if ('problems' in read) problems.push(...read.problems)
    return 'value' in read ? [{ class: one.class, says: one.says, source: one.when, ...read.value }] : []
  })
  const controls = file.controls.map((row): Control => ({ ...row, area: row.area ?? null }))
  return { id: file.policy, digest, facts, clauses, risk, controls, ladder: file.ladder }
}

function clauseOf(
  source: Source,
  clause: ClauseFile,
  index: number,
  schema: Schema,
  problems: Problem[],
): Clause[] {
  const path = ['clauses', index]
  const read = readRule(
    source,
    [...path, 'when'],
    clause.when,
    schema,
    clause.outcome === 'auto' ? 'falls' : 'rises',
  )
  if ('problems' in read) problems.push(...read.problems)
  const approvers = clause.approvers ?? []
  if (approvers.length > 0 && (clause.outcome === 'auto' || clause.outcome === 'refuse'))
    problems.push({
      file: source.file,
      ...source.placeOf([...path, 'approvers']),
      message: `clause "${clause.id}" names approvers, but nobody is asked when the outcome is ${clause.outcome}`,
      hint: 'take them out, or make the outcome confirm or authorize',
    })
  problems.push(
    ...twice(
      source,
      'role',
      approvers.map((one) => one.role),
      (at) => [...path, 'approvers', at, 'role'],
    ),
  )
  if ('problems' in read) return []
  const { id, says, outcome, retain, owner } = clause
  const exceptions = clause.exceptions ?? 'none'
  const evidence = clause.evidence ?? []
  return [
    { id, says, outcome, source: clause.when, ...read.value, approvers, exceptions, evidence, retain, owner },
  ]
}

function ownFacts(source: Source, file: PolicyFile, problems: Problem[]): Record<string, FactType> {
  const facts: Record<string, FactType> = {}
  for (const [name, fact] of Object.entries(file.facts ?? {})) {
    if (fact.type === 'bool') facts[name] = fact
    else if (fact.type === 'enum') facts[name] = { ...fact, pole: fact.values.at(-1) ?? '', ordered: true }
    else facts[name] = { ...fact, pole: fact.riskier === 'more' ? fact.max : fact.min }
    if (fact.type === 'enum')
      problems.push(...twice(source, 'word', fact.values, (index) => ['facts', name, 'values', index]))
    if ((fact.type === 'int' || fact.type === 'double') && fact.min >= fact.max)
      problems.push({
        file: source.file,
        ...source.placeOf(['facts', name, 'max']),
        message: `${name} runs from ${fact.min} to ${fact.max}, which leaves nothing between`,
        hint: 'make max larger than min',
      })
  }
  return facts
}

/** Rules of a file whose form is broken elsewhere: their own problems are shown all the same. */
function rulesOfBroken(source: Source): Problem[] {
  const root = source.value as { clauses?: unknown; risk?: unknown; facts?: unknown } | null
  if (typeof root !== 'object' || root === null || root.facts !== undefined) return []
  return (['clauses', 'risk'] as const).flatMap((list) => {
    const items: unknown = root[list]
    if (!Array.isArray(items)) return []
    return items.flatMap((item: { when?: unknown } | null, index) => {
      if (typeof item?.when !== 'string' || item.when === '') return []
      const read = readRule(source, [list, index, 'when'], item.when, FACTS, null)
      return 'problems' in read ? read.problems : []
    })
  })
}
