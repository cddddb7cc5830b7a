/** Checks runbook files: form, references, templates, all problems at once; prints the digest that people sign. */
import { join } from 'node:path'
import { readRunbook } from '@countersign/language/runbook/read'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { showProblems } from '../folder/show-problems.ts'
import { readTexts } from '../policy/texts.ts'
import { table } from '../terminal/table.ts'

export const command: Command = {
  words: ['FILE...'],
  options: {},
  examples: ['countersign runbook check runbooks/restart-service.yaml'],
  async run(given, terminal) {
    const texts = readTexts('runbook', given.words, join(given.dir, FILES.runbooks))
    const reads = texts.map((one) => ({ ...one, read: readRunbook(one.file, one.text) }))
    const problems = reads.flatMap(({ read }) => ('problems' in read ? read.problems : []))
    showProblems(problems, texts.length, terminal)
    const good = reads.flatMap(({ file, id, digest, read }) =>
      'value' in read ? [{ file, id, digest, kind: read.value.kind, steps: read.value.steps.length }] : [],
    )
    terminal.show(
      table(
        ['runbook', 'action', 'steps', 'digest'],
        good.map((one) => [one.id, one.kind, String(one.steps), one.digest]),
        '',
      ),
    )
    terminal.result({ runbooks: good, problems })
    return problems.length === 0 ? EXIT.done : EXIT.failed
  },
}
