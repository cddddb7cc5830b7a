/** Finds `${...}` in the texts of a runbook, with its place. */

export type Token = { name: string; start: number }

const TOKEN = /\$\{([^}]*)\}/g

export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((match) => ({ name: match[1] ?? '', start: match.index }))
}

/** Offset of a `${` that is never closed; -1 where there is none. */
export function unclosed(text: string): number {
  return text.replaceAll(TOKEN, (token) => ' '.repeat(token.length)).indexOf('${')
}
