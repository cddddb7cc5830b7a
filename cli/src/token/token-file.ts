/** tokens.yaml: who holds which token. Only hashes stand there, so that reading it lets nobody in. */
import { createHash, randomBytes } from 'node:crypto'
import type { Token } from '@countersign/language/tokens/read'

/** `sha256` in hex; `expiresAt` in milliseconds. */
export type TokenRow = Token

export const SCOPES = ['read', 'signal', 'propose', 'act', 'run'] as const
export const SUBJECTS = ['person', 'agent', 'source', 'runner'] as const

export function newToken(): string {
  return `cs_${randomBytes(32).toString('base64url')}`
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token.trim()).digest('hex')
}

export function tokensYaml(rows: readonly TokenRow[]): string {
  return `# Who holds which token. Written by \`countersign token\`; the server reads it again when it changes.
version: 1
tokens:${rows.length === 0 ? ' []' : ''}
${rows.map(rowYaml).join('')}`
}

function rowYaml({ id, sha256, scopes, subject, expiresAt }: TokenRow): string {
  return `  - id: ${id}
    sha256: ${sha256}
    scopes: [${scopes.join(', ')}]
    subject: { kind: ${subject.kind}, id: ${subject.id} }
    expiresAt: ${new Date(expiresAt).toISOString().slice(0, 19)}Z
`
}
