/** Who is on call, from people.yaml. It grants nothing: who may sign stands in the trust chain. */
import { readFile } from 'node:fs/promises'
import { readPeople } from '@countersign/language/people/read'
import { problemText } from '@countersign/language/reading/problem'

/** Throws with every problem of the file. Without a file nobody is named. */
export async function readOnCall(file: string | null): Promise<(role: string) => readonly string[]> {
  if (file === null) return () => []
  const read = readPeople(file, await readFile(file, 'utf8'))
  if ('problems' in read)
    throw new Error(`${file} does not check:\n${read.problems.map(problemText).join('\n')}`)
  const { onCall } = read.value
  return (role) => onCall.find((one) => one.role === role)?.people ?? []
}
