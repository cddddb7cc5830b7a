/** Reads all catalogue files into one catalogue. Throws with every problem at once. */
import type { Catalogue } from '@countersign/core/catalogue/catalogue'
import { readCatalogue } from '@countersign/language/catalogue/read'
import { problemText } from '@countersign/language/reading/problem'
import { readYamlFiles } from '../files.ts'

export async function readCatalogues(paths: readonly string[]): Promise<Catalogue> {
  const reads = (await readYamlFiles(paths)).map(({ path, text }) => readCatalogue(path, text))
  const problems = reads.flatMap((read) => ('problems' in read ? read.problems : []))
  if (problems.length > 0)
    throw new Error(`the catalogue does not check:\n${problems.map(problemText).join('\n')}`)
  const parts = reads.flatMap((read) => ('value' in read ? [read.value] : []))
  return {
    services: parts.flatMap(({ services }) => services),
    freezes: parts.flatMap(({ freezes }) => freezes),
  }
}
