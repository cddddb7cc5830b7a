/** The first tokens, each in a file that only its owner reads. A token that lies there already is taken as it is. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILES } from '../folder/layout.ts'
import { hashOf, newToken, type TokenRow, tokensYaml } from '../token/token-file.ts'
import { type Ledger, SECRET_MODE } from './ledger.ts'

export type Wanted = Omit<TokenRow, 'sha256' | 'expiresAt'> & { file: string }

/** What an installation begins with. `runnerFile`: where runner.yaml says that its token lies. */
export function firstTokens(
  operator: string,
  runner: string,
  runnerFile: string,
  agent: string | null,
): Wanted[] {
  const tokens: Wanted[] = [
    {
      id: 'cli',
      scopes: ['read', 'propose', 'act'],
      subject: { kind: 'person', id: operator },
      file: `${FILES.secrets}/cli.token`,
    },
    {
      id: 'alertmanager',
      scopes: ['signal'],
      subject: { kind: 'source', id: 'alertmanager' },
      file: `${FILES.secrets}/alertmanager.token`,
    },
    { id: `runner-${runner}`, scopes: ['run'], subject: { kind: 'runner', id: runner }, file: runnerFile },
  ]
  if (agent !== null)
    tokens.push({
      id: `agent-${agent}`,
      scopes: ['read', 'propose'],
      subject: { kind: 'agent', id: agent },
      file: `${FILES.secrets}/agent.token`,
    })
  return tokens
}

export function writeTokens(dir: string, ledger: Ledger, wanted: readonly Wanted[], expiresAt: number): void {
  if (existsSync(join(dir, FILES.tokens))) {
    ledger.note({
      file: FILES.tokens,
      state: 'kept',
      what: 'hashes of tokens; more with `countersign token add`',
    })
    return
  }
  const rows = wanted.map(({ file, ...token }) => {
    const what = `token: ${token.scopes.join(', ')}`
    ledger.put(file, what, () => `${newToken()}\n`, SECRET_MODE)
    const plain = readFileSync(file.startsWith('/') ? file : join(dir, file), 'utf8')
    return { ...token, sha256: hashOf(plain), expiresAt }
  })
  ledger.put(FILES.tokens, 'hashes of those tokens', () => tokensYaml(rows), SECRET_MODE)
}
