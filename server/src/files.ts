/** YAML files from a list of files and folders, sorted, so that every replica reads the same in the same order. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

export type TextFile = { path: string; text: string }

export async function readYamlFiles(paths: readonly string[]): Promise<TextFile[]> {
  const files = await Promise.all(paths.map(expand))
  return Promise.all(files.flat().map(async (path) => ({ path, text: await readFile(path, 'utf8') })))
}

async function expand(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = await readdir(path)
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(path, name))
}
