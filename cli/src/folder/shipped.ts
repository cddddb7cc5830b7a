/** The policy and runbooks that ship with Countersign, beside the program. */
import { fileURLToPath } from 'node:url'

export const SHIPPED = {
  policies: fileURLToPath(new URL('../../../policies', import.meta.url)),
  runbooks: fileURLToPath(new URL('../../../runbooks', import.meta.url)),
}
