/** Finds ids that stand twice in a list where each may stand once. */
import type { Path, Source } from './document.ts'
import type { Problem } from './problem.ts'

export function twice(
  source: Source,
  noun: string,
  ids: readonly string[],
  pathOf: (index: number) => Path,
): Problem[] {
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id)
    if (first === index) return []
    const { line } = source.placeOf(pathOf(first))
    return [
      {
        file: source.file,
        ...source.placeOf(pathOf(index)),
        message: `a second ${noun} "${id}"`,
        hint: `the first one is in line ${line}: rename one or take it out`,
      },
    ]
  })
}
