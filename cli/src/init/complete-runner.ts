/**
 * A runner.yaml that was there before the genesis existed cannot name its digest: it holds sixty-four zeros in that
 * place. Those, and the zeros of runbook digests, are the only thing in an existing file that init fills in.
 */
import type { Digest } from '@countersign/core/kernel/digest'

const ZEROS = `sha256:${'0'.repeat(64)}`

export function completeRunner(
  text: string,
  genesis: Digest,
  runbooks: Readonly<Record<string, Digest>>,
): string {
  let runbook = ''
  return text
    .split('\n')
    .map((line) => {
      const named = /\brunbook:\s*["']?([a-z0-9][a-z0-9._-]*)/.exec(line)?.[1]
      if (named !== undefined) runbook = named
      if (/^\s*#/.test(line) || !line.includes(ZEROS)) return line
      const filled = /\bgenesis:/.test(line) ? line.replace(ZEROS, genesis) : line
      const digest = Object.hasOwn(runbooks, runbook) ? runbooks[runbook] : undefined
      return /\bdigest:/.test(filled) && digest !== undefined ? filled.replace(ZEROS, digest) : filled
    })
    .join('\n')
}
