/** Asks a person. Without one at the terminal nothing is assumed: the command stops and names the option to use. */
import { createInterface } from 'node:readline/promises'
import { usage } from '../exit.ts'
import type { Terminal } from './terminal.ts'

/** The answer without spaces around it. `instead`: what a script gives in place of an answer. */
export async function ask(terminal: Terminal, question: string, instead: string): Promise<string> {
  needPerson(terminal, instead)
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await reader.question(`${question} `)).trim()
  } finally {
    reader.close()
  }
}

/** Asked early, so that nothing is fetched or shown for an answer that cannot come. */
export function needPerson({ interactive }: Terminal, instead: string): void {
  if (!interactive) throw usage('there is nobody to ask: standard input is not a terminal', `use ${instead}`)
}
