/** The trust chain as the server holds it. Readers check it against their own pin; the server's word is not enough. */
import { z } from 'zod'
import { Digest, operation } from './operation.ts'

export const getTrust = operation({
  id: 'getTrust',
  method: 'GET',
  path: '/v1/trust',
  summary: 'The trust chain, oldest version first',
  scope: 'read',
  reply: z.object({ site: Digest, chain: z.array(z.unknown()) }),
  status: 200,
})
