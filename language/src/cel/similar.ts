/** "Did you mean": the nearest of the allowed words, where it is near enough to be a slip of the finger. */

/** The nearest word, or null where none is within a third of its length. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of allowed) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase())
    if (far < least) {
      least = far
      best = candidate
    }
  }
  return best !== null && least <= Math.max(2, Math.floor(best.length / 3)) ? best : null
}

/** `did you mean "high"?`, or else the whole list where it is short enough to read. */
export function suggestion(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed)
  if (near !== null) return `did you mean "${near}"?`
  return allowed.length <= 12
    ? `use one of ${allowed.join(', ')}`
    : `see the schema for the ${allowed.length} names`
}

/** Levenshtein distance, one row at a time; words here are short. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
