/** Stops the machine: a person goes on by hand. */
import { interrupt } from './interrupt.ts'

export const command = interrupt('take')
