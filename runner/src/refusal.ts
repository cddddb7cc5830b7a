/** Recorded answers of this runner: what was not done, and why. */
import type { Refused, RunnerRefusal } from '@countersign/core/runner/protocol'
import { DriverFault } from '@countersign/drivers/driver'
import { RunnerFault } from './fault.ts'

export function refusal(code: RunnerRefusal, says: string): Refused {
  return { code, says, limits: [], conditions: [] }
}

/** What a driver's fault means for a plan or a start. A driver that breaks has not seen the target either. */
export function refusalOf(error: unknown): Refused {
  if (error instanceof RunnerFault) throw error
  const { name, message } = error as Error
  if (name === 'BadStep') return refusal('BAD_PARAMETERS', message)
  return refusal(
    'TARGET_UNREACHABLE',
    error instanceof DriverFault ? message : `the driver broke: ${message}`,
  )
}
