/** The runner as a process of its own, for tests that kill it: `node program.mjs CONFIG.json`. */
import { readFileSync } from 'node:fs'
import type { Runbook } from '@countersign/core/runbook/runbook'
import { startRunner } from '../main.ts'
import { holdOnSignal } from '../signals.ts'
import { fileDriver } from './file-driver.ts'

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const running = await startRunner(config, {
  drivers: { file: fileDriver },
  readRunbook: (text) => ({ runbook: JSON.parse(text) as Runbook }),
  timing: { silence: Number(process.argv[3] ?? 5_000), observe: 1_000, look: { first: 5, longest: 50 } },
})
holdOnSignal(running)
const fault = await running.ended
process.exitCode = fault === null ? 0 : 1
