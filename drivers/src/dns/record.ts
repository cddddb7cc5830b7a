/**
 * Values of records in one canonical text each, the form that `dig` prints and `nsupdate` reads, so that two equal
 * records are equal texts. What has no canonical form is refused: text that reaches nsupdate was rebuilt here.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { canonicalName } from './name.ts'

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'MX'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

export const isRecordType = (text: string): text is RecordType => RECORD_TYPES.some((type) => type === text)

/** From what dig printed (presentation form). `undefined` where it is not a value of that type. */
export function canonicalValue(type: RecordType, text: string): string | undefined {
  switch (type) {
    case 'A':
      return isIPv4(text) ? text : undefined
    case 'AAAA':
      return isIPv6(text) && !text.includes('%')
        ? new URL(`http://[${text}]`).hostname.slice(1, -1)
        : undefined
    case 'CNAME':
      return canonicalName(text)
    case 'MX':
      return canonicalMx(text)
    case 'TXT':
      return canonicalTxt(text)
  }
}

/** From what a person wrote: as `canonicalValue`, but a TXT value is its bare text (printable ASCII, up to 2000). */
export function wishedValue(type: RecordType, text: string): string | undefined {
  if (type !== 'TXT') return canonicalValue(type, text)
  if (!/^[\x20-\x7e]{1,2000}$/.test(text)) return undefined
  const strings = text.match(/.{1,255}/g) ?? []
  return strings.map((string) => quoted(Buffer.from(string, 'latin1'))).join(' ')
}

function canonicalMx(text: string): string | undefined {
  const [, preference = '', host = ''] = /^(\d{1,5})\s+(\S+)$/.exec(text) ?? []
  const name = canonicalName(host)
  return name && Number(preference) <= 65_535 ? `${Number(preference)} ${name}` : undefined
}

/** RFC 1035 section 5.1: character strings, quoted or bare, with `\\X` and `\\DDD` escapes. */
function canonicalTxt(text: string): string | undefined {
  const strings: string[] = []
  const token = /\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^\s"\\]|\\.)+))/gy
  let at = 0
  while (at < text.trimEnd().length) {
    token.lastIndex = at
    const found = token.exec(text)
    if (!found) return undefined
    const bytes = unescaped(found[1] ?? found[2] ?? '')
    if (!bytes || bytes.length > 255) return undefined
    strings.push(quoted(bytes))
    at = token.lastIndex
  }
  return strings.length > 0 ? strings.join(' ') : undefined
}

function unescaped(text: string): Buffer | undefined {
  const bytes: number[] = []
  for (const [piece] of text.matchAll(/\\\d{3}|\\.|[\s\S]/g)) {
    const byte = /^\\\d{3}$/.test(piece) ? Number(piece.slice(1)) : piece.replace(/^\\/, '').charCodeAt(0)
    if (!(byte <= 255)) return undefined
    bytes.push(byte)
  }
  return Buffer.from(bytes)
}

function quoted(bytes: Buffer): string {
  const escaped = [...bytes].map((byte) => {
    if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`
    const letter = String.fromCharCode(byte)
    return letter === '"' || letter === '\\' ? `\\${letter}` : letter
  })
  return `"${escaped.join('')}"`
}
