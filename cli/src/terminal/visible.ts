/**
 * Text from outside (alerts, agents, logs, names) on a terminal: control characters, escape sequences and invisible or
 * direction-changing characters are shown, never sent, so that no text can redraw what a person is about to sign.
 */

// C0, DEL, C1; soft hyphen; zero-width and direction marks; line separators; Hangul fillers; variation selectors;
// byte order mark; interlinear and tag characters; lone surrogates.
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be shown
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points, never joined
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Cs}]/gu

const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

/** One line of text in which nothing is hidden. A line break shows as `\n`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => NAMES[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}

/** JSON in which nothing is hidden: the same value, its hidden characters as `\uXXXX`. */
export function escaped(json: string): string {
  return json.replace(HIDDEN, (char) =>
    Array.from(
      { length: char.length },
      (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that this program itself sets
const OWN_COLOUR = /(\u001b\[(?:0|1|2|31|32|33)m|\n)/

/** The last guard before a terminal: line breaks and our own colours pass, everything else is made visible. */
export function guarded(text: string): string {
  return text
    .split(OWN_COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('')
}

/** Lines of at most `width` characters, broken at spaces where there are any. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}

/** Quoted text of several lines, each behind a bar, so that it cannot pass for the tool's own words. */
export function quoted(text: string, indent = '  '): string {
  const lines = text.split(/\r?\n/).slice(0, MAX_LINES)
  const cut = text.split(/\r?\n/).length > MAX_LINES ? [`${indent}| ... (cut)`] : []
  return [...lines.map((line) => `${indent}| ${visible(line)}`), ...cut].join('\n')
}

const MAX_LINES = 60

/** Columns of running text. */
export const PROSE_WIDTH = 100
