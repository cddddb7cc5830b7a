/** Stops what is running, between two steps. */
import { interrupt } from './interrupt.ts'

export const command = interrupt('abort')
