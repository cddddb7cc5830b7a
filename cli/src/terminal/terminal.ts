/**
 * Where a command speaks. What it shows people goes to standard output, or is left out with `--json`, whose one line
 * comes last; questions, progress and errors go to standard error.
 */
import { escaped, guarded } from './visible.ts'

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

export type Terminal = {
  /** For people; nothing with `--json`. */
  show(text: string): void
  /** For people who are asked or kept waiting: always, on standard error. */
  tell(text: string): void
  /** The result: with `--json` one line on standard output, else nothing. Once, last. */
  result(value: unknown): void
  colour(colour: Colour, text: string): string
  json: boolean
  /** Whether a person sits at both ends. */
  interactive: boolean
  /** Whether `show` reaches a terminal that can be redrawn. */
  redraws: boolean
}

const CODES: Readonly<Record<Colour, string>> = { red: '31', green: '32', yellow: '33', dim: '2', bold: '1' }

export function createTerminal(json: boolean): Terminal {
  const { stdout, stderr, stdin, env } = process
  // A reader that went away (`| head`) wants no more: that is no fault of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    throw error
  })
  const colourful = (json ? stderr : stdout).isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return {
    show: (text) => {
      if (!json) stdout.write(`${guarded(text)}\n`)
    },
    tell: (text) => {
      stderr.write(`${guarded(text)}\n`)
    },
    result: (value) => {
      if (json) stdout.write(`${escaped(JSON.stringify(value))}\n`)
    },
    colour: (colour, text) => (colourful ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text),
    json,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    redraws: stdout.isTTY === true && !json && env['TERM'] !== 'dumb',
  }
}
