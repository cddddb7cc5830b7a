/** Words for a remote POSIX shell. ssh joins its words and hands them to the login shell: nothing may get out. */
import { BadStep } from '../driver.ts'

/** One single-quoted shell word. Refuses control characters: no word of ours holds any. */
export function quote(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x1f\x7f]/.test(word))
    throw new BadStep('a word for the shell holds a control character', 'remove it')
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command that runs `script` in `sh` with `words` as $1, $2 and so on. The script is one line of ours. */
export function remoteCommand(script: string, words: string[]): string {
  return ['exec', '/bin/sh', '-c', scriptWord(script), 'countersign', ...words.map(quote)].join(' ')
}

const scriptWord = (script: string) => `'${script.replaceAll("'", `'\\''`)}'`
