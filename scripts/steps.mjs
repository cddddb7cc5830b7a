// Runs the steps of check and test one after the other, with what they counted, and says at the end what failed.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** @returns {Promise<number>} the exit code; output goes straight through */
export function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`)
      resolve(1)
    })
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** A step that is one pass or one fail. */
export async function step(name, command, args, env) {
  const from = performance.now()
  const code = await run(command, args, env)
  say(name, code === 0, from)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

/** A run of vitest, counted by its tests. A run that executed none has failed. */
export async function vitest(name, args, env = {}) {
  const from = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tests-'))
  const file = join(folder, 'report.json')
  const code = await run(
    'npx',
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
    env,
  )
  const counts = read(file)
  rmSync(folder, { recursive: true, force: true })
  const failed =
    counts.failed + (code !== 0 && counts.failed === 0 ? 1 : 0) + (counts.passed === 0 && code === 0 ? 1 : 0)
  say(name, failed === 0, from)
  return { ...counts, failed }
}

function read(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function say(name, ok, from) {
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  process.stderr.write(`\n== ${name}: ${ok ? 'ok' : 'FAILED'} (${seconds} s)\n\n`)
}

export function total(counts) {
  const sum = (key) => counts.reduce((all, one) => all + one[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}
