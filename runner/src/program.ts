/** The runner as a program: reads `runner.yaml`, loads the drivers its targets need, and runs until it is stopped. */
import { readFileSync } from 'node:fs'
import type { RunnerConfig } from '@countersign/core/runner/config'
import { loadDrivers } from '@countersign/drivers/registry'
import { readRunnerConfig } from '@countersign/language/config/runner'
import { type Problem, problemText } from '@countersign/language/reading/problem'
import { readRunbook } from '@countersign/language/runbook/read'
import { RunnerFault } from './fault.ts'
import { type Running, startRunner } from './main.ts'
import type { ReadRunbook } from './plan/make-plan.ts'
import { holdOnSignal } from './signals.ts'

/** Throws `RunnerFault` with every problem of the file, or where the runner must not start. */
export async function startFromFile(file: string): Promise<Running> {
  const config = readConfig(file)
  const drivers = await loadDrivers(config.targets.map(({ driver }) => driver))
  return startRunner(config, {
    drivers,
    readRunbook: remembering((text) => {
      const read = readRunbook('runbook', text)
      return 'value' in read ? { runbook: read.value } : { refused: sayAll(read.problems) }
    }),
  })
}

export function readConfig(file: string): RunnerConfig {
  const read = readRunnerConfig(file, readFileSync(file, 'utf8'))
  if ('value' in read) return read.value
  throw new RunnerFault(sayAll(read.problems), 'mend the file, then check it with "countersign check"')
}

/** Resolves with the exit code: 0 after a stop, 1 after a fault. Listens to SIGUSR1 (hold), SIGTERM and SIGINT. */
export async function runProgram(file: string): Promise<number> {
  const running = await startFromFile(file)
  holdOnSignal(running)
  return (await running.ended) === null ? 0 : 1
}

function sayAll(problems: readonly Problem[]): string {
  return problems.map(problemText).join('\n')
}

const REMEMBERED = 64

/** The same text reads the same: a published runbook is planned from many times. */
function remembering(read: ReadRunbook): ReadRunbook {
  const known = new Map<string, ReturnType<ReadRunbook>>()
  return (text) => {
    const answer = known.get(text) ?? read(text)
    if (known.size >= REMEMBERED) known.clear()
    known.set(text, answer)
    return answer
  }
}
