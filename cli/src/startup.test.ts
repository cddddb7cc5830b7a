import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url))
const built = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Milliseconds, the fastest of several: what the program itself needs. */
function fastest(...args: string[]): number {
  const times = Array.from({ length: 5 }, () => {
    const from = performance.now()
    execFileSync(process.execPath, args, { stdio: 'pipe' })
    return performance.now() - from
  })
  return Math.min(...times)
}

test.skipIf(!existsSync(built))(
  'starting is measured beside a bare node (left out where nothing is built)',
  () => {
    const bare = fastest('-e', '0')
    const ours = fastest(program, '--version')
    process.stdout.write(
      `countersign --version ${ours.toFixed(0)} ms, node -e 0 ${bare.toFixed(0)} ms: ${(ours / bare).toFixed(2)}x\n`,
    )
    expect(execFileSync(process.execPath, [program, '--version'], { encoding: 'utf8' })).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    )
  },
)
