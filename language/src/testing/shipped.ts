/** The files that ship with Countersign, and small examples of those that an operator writes. For tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Digest } from '@countersign/core/kernel/digest'
import type { Policy } from '@countersign/core/policy/policy'
import type { FileText } from '../folder/folder.ts'
import { readPolicy } from '../policy/read.ts'
import { problemText, type Read } from '../reading/problem.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const DIGEST: Digest = `sha256:${'0'.repeat(64)}`

export function readOrThrow<T>(read: Read<T>): T {
  if ('problems' in read) throw new Error(read.problems.map(problemText).join('\n'))
  return read.value
}

export function fileText(path: string): FileText {
  return { path, text: readFileSync(`${ROOT}${path}`, 'utf8') }
}

export function shippedPolicy(): Policy {
  const { path, text } = fileText('policies/default.yaml')
  return readOrThrow(readPolicy(path, text, () => DIGEST))
}

/** Policies and runbooks that ship, and the example installation beside this file. */
export function shippedFiles(): FileText[] {
  const inside = (folder: string) =>
    readdirSync(`${ROOT}${folder}`)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => fileText(`${folder}/${name}`))
  return [...inside('policies'), ...inside('runbooks'), ...inside('language/src/testing/example')]
}
