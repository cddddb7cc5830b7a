/** What kind of file it is: by its name or folder, or else by what stands at its top. */
export const FILE_KINDS = ['server', 'runner', 'people', 'catalogue', 'policy', 'runbook', 'tokens'] as const
export type FileKind = (typeof FILE_KINDS)[number]

const BY_PATH: readonly [RegExp, FileKind][] = [
  [/(^|\/)countersign\.ya?ml$/, 'server'],
  [/(^|\/)runner[^/]*\.ya?ml$/, 'runner'],
  [/(^|\/)tokens\.ya?ml$/, 'tokens'],
  [/(^|\/)people\.ya?ml$/, 'people'],
  [/(^|\/)catalogue(\.ya?ml$|\/)/, 'catalogue'],
  [/(^|\/)polic(y\.ya?ml$|ies\/)/, 'policy'],
  [/(^|\/)runbooks\//, 'runbook'],
]

const BY_KEY: readonly [string, FileKind][] = [
  ['clauses', 'policy'],
  ['steps', 'runbook'],
  ['runbook', 'runbook'],
  ['services', 'catalogue'],
  ['onCall', 'people'],
  ['listen', 'server'],
  ['unsigned', 'runner'],
]

export function kindOf(path: string, text: string): FileKind | null {
  const named = BY_PATH.find(([pattern]) => pattern.test(path))
  if (named !== undefined) return named[1]
  return BY_KEY.find(([key]) => new RegExp(`^${key}\\s*:`, 'm').test(text))?.[1] ?? null
}
