/** `check`: all errors of all files at once. */
import { existsSync } from 'node:fs'
import type { Command } from '../command.ts'
import { EXIT, failed } from '../exit.ts'
import { checkDir, yamlFiles } from './check-dir.ts'
import { showProblems } from './show-problems.ts'

export const command: Command = {
  words: ['[DIR]'],
  options: {},
  examples: ['countersign check /etc/countersign'],
  async run(given, terminal) {
    const dir = given.words[0] ?? given.dir
    if (!existsSync(dir)) throw failed(`there is no folder "${dir}"`, 'name one: countersign check DIR')
    const files = yamlFiles(dir).length
    if (files === 0)
      throw failed(`there is no YAML file in "${dir}"`, 'make a folder with `countersign init DIR`')
    const problems = checkDir(dir)
    showProblems(problems, files, terminal)
    terminal.result({ files, problems })
    return problems.length === 0 ? EXIT.done : EXIT.failed
  },
}
