/** Undoes what was done. */
import { interrupt } from './interrupt.ts'

export const command = interrupt('reverse')
