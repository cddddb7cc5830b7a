/**
 * Bearer tokens: who knocks and what they may do. Only SHA-256 digests are kept; a token expires, and no token can
 * approve anything: what people decide are signed acts.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { problemText } from '@countersign/language/reading/problem'
import { readTokens } from '@countersign/language/tokens/read'

export type Caller = { kind: 'person' | 'agent' | 'source' | 'runner'; id: string; scopes: readonly string[] }
export type TokenCheck = (bearer: string, now: number) => Caller | 'unknown' | 'expired'

type Known = { digest: Buffer; caller: Caller; expiresAt: number }

/** Without the file nobody gets in; that is no fault of the database, whose errors carry the same code. */
function lookAt(file: string) {
  try {
    return statSync(file)
  } catch (error) {
    throw new Error(`the tokens cannot be read: ${(error as Error).message}`)
  }
}

/** Reads `tokens.yaml` again when it changed, so that a revoked token stops counting at once. */
export function openTokens(file: string): TokenCheck {
  let known: Known[] = []
  let seen = ''
  const refresh = () => {
    const { mtimeMs, size, ino } = lookAt(file)
    const mark = `${mtimeMs} ${size} ${ino}`
    if (mark === seen) return
    const read = readTokens(file, readFileSync(file, 'utf8'))
    if ('problems' in read)
      throw new Error(`${file} does not check:\n${read.problems.map(problemText).join('\n')}`)
    known = read.value.map((token) => ({
      digest: Buffer.from(token.sha256, 'hex'),
      caller: { ...token.subject, scopes: token.scopes },
      expiresAt: token.expiresAt,
    }))
    seen = mark
  }
  refresh()
  return (bearer, now) => {
    refresh()
    const digest = createHash('sha256').update(bearer).digest()
    const found = known.find((token) => timingSafeEqual(token.digest, digest))
    if (found === undefined) return 'unknown'
    return found.expiresAt > now ? found.caller : 'expired'
  }
}
