/** What a command is: its words, its options, an example, and what it does. Parsing and help are made from it. */
import type { Exit } from './exit.ts'
import type { Terminal } from './terminal/terminal.ts'

export type Option = {
  /** `value`: what stands behind it, in capitals (`FILE`); missing for a flag. */
  value?: string
  says: string
  many?: boolean
  required?: boolean
}

export type Command = {
  /** `ID`, `[DIR]` (may be missing), `NAME=VALUE...` (any number). */
  words: readonly string[]
  options: Readonly<Record<string, Option>>
  /** Whole command lines. */
  examples: readonly string[]
  run(given: Given, terminal: Terminal): Promise<Exit>
}

/** What was typed, checked against the command. */
export type Given = {
  words: readonly string[]
  /** The folder: `--dir`, else $COUNTERSIGN_DIR, else the current one. */
  dir: string
  /** The n-th word. Throws where it is missing. */
  word(index: number): string
  text(option: string): string | null
  /** As `text`; throws where it is missing. */
  need(option: string): string
  list(option: string): readonly string[]
  flag(option: string): boolean
}

/** Options that every command has. */
export const COMMON: Readonly<Record<string, Option>> = {
  dir: { value: 'DIR', says: 'the folder with the configuration (default: $COUNTERSIGN_DIR, else here)' },
  json: { says: 'the last line of standard output is the result as JSON' },
  url: { value: 'URL', says: 'another server than the one in cli.json' },
  'token-file': { value: 'FILE', says: 'another token than the one in cli.json' },
  help: { says: 'this text' },
}
