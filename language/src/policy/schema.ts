/** The form of a policy file. Every description is also the hint when the setting is missing or wrong. */
import { ACTION_AREAS } from '@countersign/core/facts/schema'
import { OUTCOMES, RISK_CLASSES } from '@countersign/core/policy/policy'
import { z } from 'zod'
import { duration, id, sentence } from '../reading/text.ts'

/** What a clause may ask to be kept of every case. */
export const EVIDENCE_KINDS = [
  'trigger',
  'readings',
  'plan',
  'diff',
  'approvals',
  'undo',
  'outcome',
  'attempts',
  'policy',
  'cost',
  'deployment',
] as const

const rule = z
  .string()
  .min(1)
  .max(2000)
  .describe('The technical rule over facts, in the provable subset of CEL: scope.targets > 1')
const says = sentence.describe(
  'The same in business language: one or two sentences that a lawyer can hold you to',
)
const role = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'write a role such as sre or governance')
  .describe('A role that people hold in the trust chain, such as sre or governance')
const outcome = z
  .enum(OUTCOMES)
  .describe('What happens when it fires, mildest first: auto, confirm, authorize, observe, refuse')
const approver = z
  .strictObject({
    role,
    count: z.int().min(1).max(9).describe('How many different people with this role must sign'),
  })
  .describe('A role and how many people: {role: sre, count: 1}')

export const clauseShape = z.strictObject({
  id: id.describe('A short name that never changes: it stands in every decision that rests on it'),
  says,
  when: rule,
  outcome,
  approvers: z
    .array(approver)
    .max(9)
    .optional()
    .describe('Who must be among the signers, beyond the minimum of the outcome'),
  exceptions: z
    .union([
      z.literal('none'),
      z.strictObject({
        approvers: z.array(approver).min(1).describe('Who may grant leave from this clause'),
      }),
    ])
    .optional()
    .describe('Whether leave from this clause can be granted, and by whom: none, or {approvers: [...]}'),
  evidence: z
    .array(z.enum(EVIDENCE_KINDS))
    .optional()
    .describe('What must be kept of every case in which this fired'),
  retain: duration.describe('How long it must be kept: 7y'),
  owner: z
    .string()
    .min(1)
    .max(80)
    .describe('Who answers for this clause and reviews it: legal, security, sre'),
})

const factShape = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bool'),
    says,
    pole: z.boolean().describe('The risky value; it is assumed while the fact is unknown'),
  }),
  z.strictObject({
    type: z.literal('int'),
    says,
    unit: z.string().min(1).describe('What is counted'),
    min: z.int().describe('The smallest value that can occur'),
    max: z.int().describe('The largest value that can occur'),
    riskier: z
      .enum(['more', 'less'])
      .describe('Whether more or less of it is riskier; the far end is assumed while unknown'),
  }),
  z.strictObject({
    type: z.literal('double'),
    says,
    unit: z.string().min(1).describe('What is measured'),
    min: z.number().describe('The smallest value that can occur'),
    max: z.number().describe('The largest value that can occur'),
    riskier: z
      .enum(['more', 'less'])
      .describe('Whether more or less of it is riskier; the far end is assumed while unknown'),
  }),
  z.strictObject({
    type: z.literal('enum'),
    says,
    values: z
      .array(z.string().min(1))
      .min(2)
      .describe('The words it may hold, from the least to the most risky'),
  }),
])

export const controlShape = z.strictObject({
  risk: z.enum(RISK_CLASSES).describe('The risk class that this row is for'),
  area: z
    .enum(ACTION_AREAS)
    .optional()
    .describe('Makes the row sharper for one area; left out, it holds for all'),
  confidence: z
    .number()
    .min(0)
    .max(1)
    .describe('Control 1: the least confidence in the evidence, from 0 to 1'),
  approval: z
    .enum(OUTCOMES)
    .describe('Control 2: what actions of this class need at least; auto asks for nothing by itself'),
  groups: z
    .int()
    .min(0)
    .max(20)
    .describe('Control 3: the least number of independent sources that support it'),
  rollback: z
    .strictObject({
      window: duration.describe('How long the service has to get better: 3m'),
      ifNotBetter: z.enum(['undo', 'escalate']).describe('What then happens by itself'),
    })
    .describe('Control 4: when the action is taken back'),
  review: z
    .strictObject({
      runs: z.int().min(1).max(10_000).describe('So many runs within the time are looked at by a person'),
      within: duration.describe('The time in which runs are counted: 7d'),
    })
    .describe('Control 5: when finished runs are looked at'),
  observeFor: duration.describe('How long the outcome observe watches before it asks: 10m'),
})

export const policyShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  policy: id.describe('The name of this policy'),
  facts: z
    .record(
      z
        .string()
        .regex(/^x\.[a-z][A-Za-z0-9]{0,39}$/, 'begin with x. and write letters and digits: x.tenantTier'),
      factShape,
    )
    .optional()
    .describe('Facts of your own, each named x.<name>, with type and risky end'),
  risk: z
    .array(
      z.strictObject({
        class: z.enum(RISK_CLASSES).describe('The class when this fires; the riskiest wins, none is guarded'),
        says,
        when: rule,
      }),
    )
    .min(1)
    .describe('Rules that put an action into a risk class'),
  controls: z.array(controlShape).min(1).describe('The five controls per risk class'),
  ladder: z
    .array(
      z.strictObject({
        role,
        after: duration.describe('How long this role has before the next rung is asked: 15m'),
      }),
    )
    .min(1)
    .max(10)
    .describe('Who is asked next when an approval stays unanswered; past the last rung it closes'),
  clauses: z.array(clauseShape).min(1).max(1000).describe('The clauses; the strictest that fires wins'),
})

export type PolicyFile = z.output<typeof policyShape>
export type ClauseFile = z.output<typeof clauseShape>
