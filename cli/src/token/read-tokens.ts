/** Reads tokens.yaml strictly: whatever is not understood is a problem with its place, never a token. */
import { openSource, type Path, type Source } from '@countersign/language/reading/document'
import type { Problem, Read } from '@countersign/language/reading/problem'
import { SCOPES, SUBJECTS, type TokenRow } from './token-file.ts'

type Say = (path: Path, message: string, hint: string) => void

export function readTokens(file: string, text: string): Read<TokenRow[]> {
  const opened = openSource(file, text)
  if ('problems' in opened) return opened
  const problems: Problem[] = []
  const say = sayer(opened.source, problems)
  const { tokens, ...rest } = asRecord(opened.source.value)
  for (const name of Object.keys(rest)) say([name], `"${name}" is not a setting of the file`, 'take it out')
  if (!Array.isArray(tokens)) say(['tokens'], 'tokens is not a list', 'write tokens: [] for none')
  const rows = Array.isArray(tokens) ? tokens.flatMap((one, index) => rowOf(one, ['tokens', index], say)) : []
  rows.forEach(({ id }, index) => {
    if (rows.findIndex((other) => other.id === id) < index)
      say(['tokens', index, 'id'], `a second token "${id}"`, 'rename one')
  })
  return problems.length > 0 ? { problems } : { value: rows }
}

const FIELDS = ['id', 'sha256', 'scopes', 'subject', 'expiresAt']

function rowOf(value: unknown, path: Path, say: Say): TokenRow[] {
  const row = asRecord(value)
  const unknown = Object.keys(row).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined)
    say([...path, unknown], `"${unknown}" is not a setting of a token`, `known: ${FIELDS.join(', ')}`)
  const { id, sha256, scopes, subject, expiresAt } = row
  const { kind, id: who } = asRecord(subject)
  const until = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN
  const checks: [string, boolean, string][] = [
    [
      'id',
      typeof id === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(id),
      'small letters, digits, dots, dashes',
    ],
    [
      'sha256',
      typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256),
      'the SHA-256 of the token in 64 hex digits',
    ],
    ['scopes', isScopes(scopes), `a list of ${SCOPES.join(', ')}`],
    [
      'subject',
      SUBJECTS.some((one) => one === kind) && typeof who === 'string' && who !== '',
      `kind (${SUBJECTS.join(', ')}) and id`,
    ],
    ['expiresAt', !Number.isNaN(until), 'a moment in UTC: 2030-12-20T18:00:00Z'],
  ]
  const wrong = checks.filter(([, fits]) => !fits)
  for (const [name, , form] of wrong)
    say([...path, name], `${name} of this token is missing or has another form`, `write ${form}`)
  return wrong.length > 0
    ? []
    : [{ id, sha256, scopes, subject: { kind, id: who }, expiresAt: until } as TokenRow]
}

function isScopes(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((one) => SCOPES.some((scope) => scope === one))
  )
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function sayer(source: Source, problems: Problem[]): Say {
  return (path, message, hint) => problems.push({ file: source.file, ...source.placeOf(path), message, hint })
}
