/** Every problem of every file in a folder of Countersign, as language finds them; paths as they were given. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkFolder } from '@countersign/language/folder/check'
import type { Problem } from '@countersign/language/reading/problem'
import { readTokens } from '@countersign/language/tokens/read'
import { FILES } from './layout.ts'

/** Folders that hold no configuration. */
const NOT_OURS = ['data', 'keys', 'secrets', 'trust', 'node_modules', 'state']
const DEPTH = 4

export function checkDir(dir: string): Problem[] {
  const texts = yamlFiles(dir).map((file) => ({
    path: relative(dir, file),
    text: readFileSync(file, 'utf8'),
  }))
  const problems = checkFolder(texts.filter(({ path }) => path !== FILES.tokens))
  const tokens = texts.find(({ path }) => path === FILES.tokens)
  const read = tokens === undefined ? { value: [] } : readTokens(tokens.path, tokens.text)
  return 'problems' in read ? [...problems, ...read.problems] : problems
}

/** Every YAML file below, without hidden and foreign folders. */
export function yamlFiles(dir: string, depth = 0): string[] {
  if (depth === DEPTH || !existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(dir, entry.name)
      if (entry.name.startsWith('.') || (entry.isDirectory() && NOT_OURS.includes(entry.name))) return []
      if (entry.isDirectory()) return yamlFiles(path, depth + 1)
      return /\.ya?ml$/.test(entry.name) ? [path] : []
    })
}
