/** What is wrong in a file that an operator wrote: where, what, and what to do. All problems of a file come at once. */

/** `line` and `column` count from 1. */
export type Problem = { file: string; line: number; column: number; message: string; hint: string }

/** Either the value, or every problem found; never both. */
export type Read<T> = { value: T } | { problems: Problem[] }

/** `policies/default.yaml:12:5: <message>` and the hint on a line of its own. */
export function problemText({ file, line, column, message, hint }: Problem): string {
  return `${file}:${line}:${column}: ${message}\n  hint: ${hint}`
}

export function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1)
}
