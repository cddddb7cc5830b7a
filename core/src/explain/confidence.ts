/** What the evidence came to, in words and as a number. */
import type { Json } from '../kernel/json.ts'
import { count, look, texts } from './look.ts'
import { list, plural, quote } from './quote.ts'

/** The words for a confidence in basis points; the number always stands beside them. */
const WORDS: readonly [atLeast: number, word: string][] = [
  [9500, 'very high'],
  [8000, 'high'],
  [6000, 'moderate'],
  [4000, 'low'],
  [0, 'very low'],
]

/** `confidence was high (0.96)`. */
export function sayConfidence(assessment: Json | undefined): string {
  const bp = look(assessment, 'confidenceBp')
  if (typeof bp !== 'number' || !Number.isSafeInteger(bp) || bp < 0 || bp > 10_000)
    return 'the confidence is not recorded'
  const word = WORDS.find(([atLeast]) => bp >= atLeast)?.[1] ?? 'unknown'
  return `confidence was ${word} (${share(bp)})`
}

/** `2 independent groups supported it ("metrics" and "probe"), none spoke against it`. */
export function sayGroups(assessment: Json | undefined): string {
  const parts = [`${groups(assessment, 'groups', 'supporting', 'no independent group')} supported it`]
  parts.push(
    count(assessment, 'against') === 0
      ? 'none spoke against it'
      : `${groups(assessment, 'against', 'opposing', 'none')} spoke against it`,
  )
  const unread = count(assessment, 'unknown')
  if (unread > 0) parts.push(`${plural(unread, 'group')} could not be read`)
  return list(parts)
}

function groups(assessment: Json | undefined, number: string, names: string, none: string): string {
  const found = count(assessment, number)
  if (found === 0) return none
  const named = texts(assessment, names).map((name) => quote(name))
  return `${plural(found, 'independent group')}${named.length > 0 ? ` (${list(named)})` : ''}`
}

/** Basis points as a share of 1 with two to four digits: 9600 is 0.96, 9926 is 0.9926. */
function share(bp: number): string {
  const digits = String(bp % 10_000)
    .padStart(4, '0')
    .replace(/0{1,2}$/, '')
  return `${Math.floor(bp / 10_000)}.${digits}`
}
