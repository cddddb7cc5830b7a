/** The form of people.yaml: who is reached how, and who is on call. Keys and rights live in the trust chain. */
import { z } from 'zod'
import { id } from '../reading/text.ts'

export const peopleShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  people: z
    .array(
      z.strictObject({
        id: id.describe('The same id as in the trust chain'),
        name: z.string().min(1).max(120).describe('The name that colleagues read'),
        reach: z
          .array(
            z.strictObject({
              channel: id.describe('The id of a channel in countersign.yaml'),
              address: z.string().min(1).max(200).describe('Where this person is reached on it'),
            }),
          )
          .optional()
          .describe('How this person is reached'),
      }),
    )
    .min(1)
    .describe('The people'),
  onCall: z
    .array(
      z.strictObject({
        role: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,39}$/, 'write a role such as sre')
          .describe('A role of the ladder, such as sre'),
        people: z.array(id).min(1).describe('Who is asked, in this order'),
      }),
    )
    .describe('Who is asked for each role of the ladder'),
})

export type People = z.output<typeof peopleShape>
