/** Reads and replaces tokens.yaml of a folder; the file is old or new after a crash, never half. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTokens } from '@countersign/language/tokens/read'
import { failed } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { type TokenRow, tokensYaml } from './token-file.ts'

/** Empty where there is no file yet. Throws where there is one that does not check. */
export function loadTokens(dir: string): TokenRow[] {
  const file = join(dir, FILES.tokens)
  if (!existsSync(file)) return []
  const read = readTokens(file, readFileSync(file, 'utf8'))
  if ('value' in read) return read.value
  const [first] = read.problems
  throw failed(`${file}:${first?.line}:${first?.column}: ${first?.message}`, first?.hint ?? 'mend the file')
}

export function saveTokens(dir: string, rows: readonly TokenRow[]): void {
  const file = join(dir, FILES.tokens)
  mkdirSync(dir, { recursive: true })
  writeFileSync(`${file}.partial`, tokensYaml(rows), { mode: 0o600 })
  renameSync(`${file}.partial`, file)
}
