/** The form of a runbook file. Every description is also the hint when the setting is missing or wrong. */
import { ACTION_AREAS, ACTION_KINDS } from '@countersign/core/facts/schema'
import { z } from 'zod'
import { duration, EXPECTATION, EXPECTATION_HINT, id, sentence } from '../reading/text.ts'

const says = sentence.describe('What it does, in a sentence that someone outside the team can read')
const NAME_HINT = 'write letters and digits, beginning with a small letter: recordType'
const name = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, NAME_HINT)
const template = z.string().max(2000)

const parameter = z.strictObject({
  type: z
    .enum(['target', 'service', 'text', 'integer', 'text-list'])
    .describe('target and service are ids from the catalogue; text, integer and text-list are plain values'),
  says,
  pattern: z
    .string()
    .max(200)
    .optional()
    .describe('A regular expression that the whole text, or each text of a list, must match'),
  min: z.int().optional().describe('The smallest integer, or the fewest entries of a text-list'),
  max: z.int().optional().describe('The largest integer, or the most entries of a text-list'),
  default: z
    .union([z.string(), z.int(), z.array(z.string())])
    .optional()
    .describe('Taken when the proposal gives none'),
})

export const checkShapeOf = z.strictObject({
  id: id.describe('A short name for this reading, shown as evidence'),
  says,
  source: id.describe('The id of a source in countersign.yaml'),
  query: template
    .min(1)
    .describe('What the source is asked; may hold placeholders for parameters, and target.address'),
  expect: z
    .string()
    .regex(EXPECTATION, EXPECTATION_HINT)
    .describe('What the reading must be to support the claim: == 1, > 0.5, or status == 200 for a probe'),
  whenNot: z
    .enum(['against', 'unknown'])
    .describe('What it means when the reading is not so: it speaks against the claim, or says nothing'),
  freshFor: duration.describe('How long the reading may be relied on: 30s'),
})

export const runbookShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  runbook: id.describe('The name of this runbook; proposals and envelopes refer to it'),
  says,
  kind: z.enum(ACTION_KINDS).describe('What the action does, from the closed list of kinds'),
  area: z.enum(ACTION_AREAS).describe('The control area it belongs to'),
  owners: z
    .strictObject({
      system: z.string().min(1).describe('Who answers for the system that changes'),
      control: z.string().min(1).describe('Who answers for this runbook and its limits'),
    })
    .describe('Who answers for it'),
  reviewEvery: duration.describe('How often its owners look at it again: 90d'),
  parameters: z.record(name, parameter).describe('What a proposal may choose; everything else is fixed here'),
  triggers: z
    .array(
      z.strictObject({
        alert: z.string().min(1).max(200).describe('The name of the alert'),
        labels: z
          .record(z.string(), z.string())
          .describe('Labels that the alert must carry, with these very values'),
        with: z
          .record(z.string(), template)
          .describe('Parameters from its labels, by placeholders such as label.host'),
      }),
    )
    .describe('Signals that make a proposal; [] where only people and agents propose'),
  evidence: z
    .array(checkShapeOf)
    .max(20)
    .describe('Readings that must support it before it runs; [] for none'),
  preconditions: z
    .array(
      z.strictObject({
        id: id.describe('A short name for this condition'),
        says,
        step: id.describe('The id of the step whose target is observed'),
        field: z.string().min(1).describe('The field of the observation that the driver gives'),
        equals: z.array(z.string()).min(1).describe('The values it may have'),
      }),
    )
    .describe('What the runner itself must see right before it acts'),
  steps: z
    .array(
      z.strictObject({
        id: id.describe('A short name for this step'),
        uses: z.string().min(1).describe('<driver>.<action>: systemd.restart'),
        target: template
          .min(1)
          .describe('The target: a placeholder for a parameter of type target, or an id of the catalogue'),
        with: z.record(z.string(), z.json()).describe('What the action needs; {} for nothing'),
      }),
    )
    .min(1)
    .max(20)
    .describe('The steps, in order'),
  health: z
    .strictObject({
      window: duration.describe('How long the service has to get better: 2m'),
      interval: duration.describe('How often it is looked at: 5s'),
      samples: z.int().min(1).max(100).describe('How many good looks in a row count as healthy'),
      checks: z.array(checkShapeOf).min(1).describe('What must hold'),
      ifNotBetter: z.enum(['undo', 'escalate']).describe('What happens when the window ends without'),
    })
    .describe('How it is told whether the act helped'),
  breaker: z
    .strictObject({
      attempts: z.int().min(1).max(100).describe('So many attempts on one target'),
      within: duration.describe('in this time'),
      cooldown: duration.describe('and it stays open for so long'),
    })
    .describe('When machines stop trying'),
  planFor: duration.describe('How long a plan stays valid for people to decide: 30m'),
})

export type RunbookFile = z.output<typeof runbookShape>
export type CheckFile = z.output<typeof checkShapeOf>
