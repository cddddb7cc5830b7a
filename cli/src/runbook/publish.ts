/** Publishes a runbook that checks, under the name that its text says. */
import { readRunbook } from '@countersign/language/runbook/read'
import { publishCommand } from '../policy/publish-text.ts'

export const command = publishCommand('runbook', ({ file, id, text }) => {
  const read = readRunbook(file, text)
  if ('problems' in read) return read.problems
  if (read.value.id === id) return []
  const hint = `rename the file to ${read.value.id}.yaml`
  return [{ line: 1, column: 1, message: `the text says runbook "${read.value.id}", the file "${id}"`, hint }]
})
