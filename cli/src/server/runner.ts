/** Runs a runner from its runner.yaml until it is stopped. SIGUSR1 holds it, with or without a server. */
import { join } from 'node:path'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { FILES } from '../folder/layout.ts'

export const command: Command = {
  words: ['[FILE]'],
  options: {},
  examples: [
    'countersign runner --dir /etc/countersign',
    'countersign runner /etc/countersign-runner/runner.yaml',
  ],
  async run(given, terminal) {
    const { runProgram } = await import('@countersign/runner/program')
    const file = given.words[0] ?? join(given.dir, FILES.runnerConfig)
    const code = await runProgram(file)
    terminal.result({ runner: file, ended: code === 0 ? 'stopped' : 'failed' })
    return code === 0 ? EXIT.done : EXIT.failed
  },
}
