/** The form of a catalogue file. What it leaves out is unknown, and unknown takes the risky end. */
import { z } from 'zod'
import { id, moment, sentence } from '../reading/text.ts'

const hour = z.int().min(0).max(24)

const target = z.strictObject({
  id: id.describe('The name of this member, the same as in runner.yaml'),
  address: z.string().min(1).max(253).describe('Host name or IP address at which it serves'),
  region: id.describe('Where it stands; changes across regions ask for more'),
  match: z
    .record(z.string(), z.string())
    .describe('Labels by which its alerts are recognised: {host: web1}; {} for none'),
})

const service = z.strictObject({
  id: id.describe('The name of this service'),
  says: sentence.describe('What it is for, in a sentence for people'),
  owner: z.string().min(1).max(80).describe('Who answers for it'),
  environment: z
    .enum(['production', 'staging', 'development', 'unknown'])
    .optional()
    .describe('Where it lives; left out: unknown, and nothing runs'),
  criticality: z
    .enum(['low', 'normal', 'high', 'unknown'])
    .optional()
    .describe('How much depends on it; left out: unknown'),
  customers: z
    .enum(['none', 'one', 'some', 'all'])
    .optional()
    .describe('Which customers notice when it fails; left out: all'),
  data: z
    .strictObject({
      regulated: z
        .enum(['yes', 'no', 'unknown'])
        .optional()
        .describe('Whether it holds regulated data; left out: unknown'),
      customer: z
        .enum(['yes', 'no', 'unknown'])
        .optional()
        .describe('Whether it holds customer data; left out: unknown'),
    })
    .optional()
    .describe('What data it holds'),
  dependencies: z.array(id).optional().describe('Services that it needs'),
  floor: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('Members that must keep serving, whatever runs; left out: 1'),
  peak: z
    .array(
      z.strictObject({
        from: hour.describe('First hour, UTC'),
        to: hour.describe('Hour at which it ends, UTC'),
      }),
    )
    .optional()
    .describe('Peak hours of the day in UTC: [{from: 16, to: 22}]'),
  targets: z.array(target).min(1).describe('Its members'),
})

const freeze = z.strictObject({
  id: id.describe('The name of this freeze'),
  says: sentence.describe('Why changes rest, in a sentence for people'),
  from: moment.describe('When it begins, in UTC: 2030-12-20T18:00Z'),
  to: moment.describe('When it ends, in UTC'),
  services: z.array(id).describe('Services it covers; [] for all'),
})

export const catalogueShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  services: z.array(service).min(1).describe('The services, with their members'),
  freezes: z.array(freeze).optional().describe('Times in which changes rest'),
})

export type CatalogueFile = z.output<typeof catalogueShape>
