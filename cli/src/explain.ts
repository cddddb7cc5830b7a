/** Turns whatever ended a command into `error:` and `hint:` lines, the JSON of `--json`, and the exit number. */
import type { Problem } from '@countersign/contract/problem'
import { EXIT, type Exit, Stop } from './exit.ts'
import type { Terminal } from './terminal/terminal.ts'
import { visible } from './terminal/visible.ts'

type Explained = { exit: Exit; code: string; message: string; hint: string; says?: string }

export function explain(error: unknown, terminal: Terminal): Exit {
  const explained = read(error)
  terminal.tell(`${terminal.colour('red', 'error:')} ${lines(explained.message)}`)
  if (explained.says !== undefined) terminal.tell(`says: ${visible(explained.says)}`)
  terminal.tell(`hint: ${visible(explained.hint)}`)
  if (process.env['COUNTERSIGN_DEBUG'] && error instanceof Error) terminal.tell(error.stack ?? '')
  const { exit, ...shown } = explained
  terminal.result({ error: { exit, ...shown } })
  return exit
}

function read(error: unknown): Explained {
  if (error instanceof Stop)
    return { exit: error.exit, code: codeOf(error.exit), message: error.message, hint: error.hint }
  const problem = problemOf(error)
  if (problem !== null) return ofProblem(problem)
  const message = error instanceof Error ? error.message : String(error)
  const hint = hintOf(error)
  if (error instanceof Error && error.name === 'ServerAway')
    return {
      exit: EXIT.away,
      code: 'SERVER_AWAY',
      message,
      hint: hint ?? 'check that `countersign start` runs',
    }
  return {
    exit: EXIT.failed,
    code: 'FAILED',
    message,
    hint: hint ?? 'COUNTERSIGN_DEBUG=1 shows where it came from',
  }
}

/** By shape and name: the class itself would load the client for commands that need none. */
function problemOf(error: unknown): Problem | null {
  return error instanceof Error && error.name === 'ApiProblem' && 'problem' in error
    ? (error.problem as Problem)
    : null
}

function ofProblem({ code, detail, hint, says, errors }: Problem): Explained {
  const places = (errors ?? []).map(({ path, message }) => `${path}: ${message}`).join('; ')
  const message = places === '' ? detail : `${detail} (${places})`
  return { exit: exitOf(code), code, message, hint, ...(says === undefined ? {} : { says }) }
}

function exitOf(code: string): Exit {
  if (['REFUSED', 'CONFLICT', 'FORBIDDEN', 'UNAUTHENTICATED', 'KEY_REUSED'].includes(code))
    return EXIT.refused
  if (code === 'NOT_RECORDED') return EXIT.away
  return EXIT.failed
}

function codeOf(exit: Exit): string {
  return { 0: 'DONE', 1: 'FAILED', 2: 'USAGE', 3: 'REFUSED', 4: 'SERVER_AWAY', 5: 'FOUND' }[exit]
}

function hintOf(error: unknown): string | null {
  return error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : null
}

/** Faults of several lines (all problems of a file) keep their lines; everything else in them is made visible. */
function lines(message: string): string {
  return message.split('\n').map(visible).join('\n')
}
