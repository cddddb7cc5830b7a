/** Problems of files as compilers print them: place, message, and the hint below. */
import type { Problem } from '@countersign/language/reading/problem'
import type { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'

export function showProblems(problems: readonly Problem[], files: number, terminal: Terminal): void {
  for (const { file, line, column, message, hint } of problems) {
    terminal.show(`${visible(file)}:${line}:${column}: ${terminal.colour('red', visible(message))}`)
    terminal.show(`  hint: ${visible(hint)}`)
  }
  const checked = `${files} file${files === 1 ? '' : 's'} checked`
  terminal.show(
    problems.length === 0
      ? terminal.colour('green', `${checked}, nothing wrong`)
      : `${checked}, ${problems.length} problem${problems.length === 1 ? '' : 's'}`,
  )
}
