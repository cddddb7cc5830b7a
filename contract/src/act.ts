/** Signed acts on the wire: strict, so that an unknown field is refused before anyone looks at a signature. */

import { ACTS } from '@countersign/core/act/act'
import { z } from 'zod'
import { Digest, Instant } from './operation.ts'

export const Act = z
  .strictObject({
    v: z.literal(1),
    act: z.enum(ACTS),
    subject: Digest,
    site: Digest,
    role: z.string().min(1).max(60),
    notAfter: Instant,
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
  })
  .meta({ id: 'Act' })

export const SignedAct = z
  .strictObject({
    act: Act,
    person: z.string().min(1).max(100),
    key: z.string().min(1).max(2000),
    signature: z.string().min(1).max(4000),
  })
  .meta({ id: 'SignedAct' })
