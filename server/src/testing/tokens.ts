/** The tokens of the test site: one of each kind, with the scopes that it would have, and some with more. */
import { createHash } from 'node:crypto'

type Token = {
  secret: string
  kind: 'person' | 'agent' | 'source' | 'runner'
  id: string
  scopes: string[]
  days: number
}
const ALL = ['read', 'signal', 'propose', 'act', 'run']
const token = (kind: Token['kind'], id: string, scopes: string[], days = 3_000): Token => ({
  secret: `secret-of-${kind}-${id}-${scopes.join('-')}`,
  kind,
  id,
  scopes,
  days,
})

export const TOKENS = {
  ops: token('person', 'ops', ['read', 'signal', 'propose', 'act']),
  ann: token('person', 'ann', ['read', 'propose', 'act']),
  agent: token('agent', 'agent-1', ['read', 'propose']),
  /** More than any agent should get. */
  boldAgent: token('agent', 'agent-2', ALL),
  monitor: token('source', 'alertmanager', ['signal']),
  otherMonitor: token('source', 'other', ['signal']),
  runner: token('runner', 'runner-1', ['run']),
  otherRunner: token('runner', 'runner-2', ['run']),
  reader: token('person', 'reader', ['read']),
  expired: token('person', 'late', ALL, -1),
} satisfies Record<string, Token>
export type TokenName = keyof typeof TOKENS

export function tokensFile(now: number): string {
  const tokens = Object.entries<Token>(TOKENS).map(([name, { secret, kind, id, scopes, days }]) => ({
    id: name,
    sha256: createHash('sha256').update(secret).digest('hex'),
    subject: { kind, id },
    scopes,
    expiresAt: new Date(now + days * 86_400_000).toISOString(),
  }))
  return JSON.stringify({ version: 1, tokens })
}
