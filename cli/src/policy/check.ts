/** Checks policy files: rules compiled and typed, all problems at once; prints the digest that people sign. */
import { join } from 'node:path'
import { digestOf } from '@countersign/crypto/digest-of'
import { readPolicy } from '@countersign/language/policy/read'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { FILES } from '../folder/layout.ts'
import { showProblems } from '../folder/show-problems.ts'
import { table } from '../terminal/table.ts'
import { readTexts } from './texts.ts'

export const command: Command = {
  words: ['FILE...'],
  options: {},
  examples: ['countersign policy check policies/default.yaml'],
  async run(given, terminal) {
    const texts = readTexts('policy', given.words, join(given.dir, FILES.policies))
    const reads = texts.map((one) => ({ ...one, read: readPolicy(one.file, one.text, digestOf) }))
    const problems = reads.flatMap(({ read }) => ('problems' in read ? read.problems : []))
    showProblems(problems, texts.length, terminal)
    const good = reads.flatMap(({ file, id, digest, read }) =>
      'value' in read
        ? [{ file, id, digest, clauses: read.value.clauses.length, controls: read.value.controls.length }]
        : [],
    )
    terminal.show(
      table(
        ['policy', 'clauses', 'controls', 'digest'],
        good.map((one) => [one.id, String(one.clauses), String(one.controls), one.digest]),
        '',
      ),
    )
    terminal.result({ policies: good, problems })
    return problems.length === 0 ? EXIT.done : EXIT.failed
  },
}
