/** Publishes a policy that checks. */
import { digestOf } from '@countersign/crypto/digest-of'
import { readPolicy } from '@countersign/language/policy/read'
import { publishCommand } from './publish-text.ts'

export const command = publishCommand('policy', ({ file, text }) => {
  const read = readPolicy(file, text, digestOf)
  return 'problems' in read ? read.problems : []
})
